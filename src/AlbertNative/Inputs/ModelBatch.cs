using AlbertNative.Model;

namespace AlbertNative;

/// <summary>Encoded inputs laid end to end for one forward pass, and where each one's rows are.</summary>
internal sealed class ModelBatch<TInput>
{
    private readonly int[] _firstSequences;
    private readonly int[] _firstSelected;

    public ModelBatch(IReadOnlyList<EncodedInput<TInput>> inputs)
    {
        Inputs = inputs;
        _firstSequences = new int[inputs.Count];
        _firstSelected = new int[inputs.Count];
        for (int i = 0; i < inputs.Count; i++)
        {
            _firstSequences[i] = Tokens.SequenceCount;
            foreach (TokenWindow window in inputs[i].Windows)
                Tokens.Add(window.InputIds, window.TokenTypeIds);
        }
    }

    public IReadOnlyList<EncodedInput<TInput>> Inputs { get; }

    /// <summary>All windows of all inputs, each a sequence.</summary>
    public TokenBatch Tokens { get; } = new();

    /// <summary>The sequence that is an input's first window; the others follow.</summary>
    public int FirstSequence(int input) => _firstSequences[input];

    /// <summary>The row of a window's first token.</summary>
    public int FirstRow(int input, int window) => Tokens.SequenceStarts[_firstSequences[input] + window];

    /// <summary>
    /// The row of each token of an input's encoding, in order: of a text that was cut into windows, from the window
    /// that owns the token.
    /// </summary>
    public int[] TokenRows(int input)
    {
        IReadOnlyList<TokenWindow> windows = Inputs[input].Windows;
        int[] rows = new int[windows.Sum(window => window.OwnedEnd - window.OwnedStart)];
        int token = 0;
        for (int w = 0; w < windows.Count; w++)
        {
            for (int row = windows[w].OwnedStart; row < windows[w].OwnedEnd; row++)
                rows[token++] = FirstRow(input, w) + row;
        }
        return rows;
    }

    /// <summary>Selects some rows of each input: those that are asked of the model, where not all of them are.</summary>
    /// <returns>The rows of all inputs, ascending.</returns>
    public int[] Select(Func<int, EncodedInput<TInput>, int[]> rowsOf)
    {
        List<int> rows = [];
        for (int i = 0; i < Inputs.Count; i++)
        {
            _firstSelected[i] = rows.Count;
            rows.AddRange(rowsOf(i, Inputs[i]));
        }
        return [.. rows];
    }

    /// <summary>Where an input's selected rows begin among all that are selected.</summary>
    public int FirstSelected(int input) => _firstSelected[input];
}
