using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>What a caller asked about, and what goes through the model for it.</summary>
/// <param name="Input">The caller's input.</param>
/// <param name="Encodings">Its encoded texts or pairs: one, or one a choice.</param>
/// <param name="Windows">The model's inputs: one for each encoding, or the windows of the only one.</param>
internal sealed record EncodedInput<TInput>(
    TInput Input, IReadOnlyList<Encoding> Encodings, IReadOnlyList<TokenWindow> Windows)
{
    /// <summary>The only encoding.</summary>
    public Encoding Encoding => Encodings[0];

    /// <summary>The tokens of all windows.</summary>
    public int TokenCount => Windows.Sum(window => window.InputIds.Length);
}
