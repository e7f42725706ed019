using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>What a caller asked about, encoded: what goes through the model for it.</summary>
/// <typeparam name="TInput">What the caller asks about.</typeparam>
public sealed class EncodedInput<TInput>
{
    internal EncodedInput(TInput input, IReadOnlyList<Encoding> encodings, IReadOnlyList<TokenWindow> windows)
    {
        Input = input;
        Encodings = encodings;
        Windows = windows;
        TokenCount = windows.Sum(window => window.InputIds.Length);
        IsTruncated = encodings.Any(encoding => encoding.IsTruncated);
    }

    /// <summary>The caller's input.</summary>
    public TInput Input { get; }

    /// <summary>The tokens that go through the model, of all of its windows or pairs: what it costs to compute.</summary>
    public int TokenCount { get; }

    /// <summary>Whether tokens of it were cut off.</summary>
    public bool IsTruncated { get; internal init; }

    /// <summary>The sequences that go through the model for it: one, or its windows or pairs.</summary>
    public int SequenceCount => Windows.Count;

    /// <summary>The tokens of one sequence.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sequence.</exception>
    public int LengthOf(int sequence)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)sequence, (uint)Windows.Count, nameof(sequence));
        return Windows[sequence].InputIds.Length;
    }

    /// <summary>The ids of one sequence.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sequence.</exception>
    public ReadOnlySpan<int> InputIdsOf(int sequence)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)sequence, (uint)Windows.Count, nameof(sequence));
        return Windows[sequence].InputIds;
    }

    /// <summary>The type of each token of one sequence: 0 in a text, 1 in the other of a pair.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sequence.</exception>
    public ReadOnlySpan<int> TokenTypeIdsOf(int sequence)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)sequence, (uint)Windows.Count, nameof(sequence));
        return Windows[sequence].TokenTypeIds;
    }

    /// <summary>Its encoded texts or pairs: one, or one a choice; none where it was given as ids.</summary>
    internal IReadOnlyList<Encoding> Encodings { get; }

    /// <summary>The model's inputs: one for each encoding, or the windows of the only one.</summary>
    internal IReadOnlyList<TokenWindow> Windows { get; }

    /// <summary>The only encoding.</summary>
    internal Encoding Encoding => Encodings[0];
}
