using AlbertNative.Model;
using AlbertNative.Tensors;

namespace AlbertNative.Annotations;

/// <summary>Sequences that go through a model in one pass, and what comes out.</summary>
internal static class InputPasses
{
    /// <summary>As many sequences as one pass should have: some thousand tokens, which use all threads and bound the memory.</summary>
    private const int PassTokens = 4096;

    /// <summary>Cuts sequences into passes, in their order.</summary>
    public static IEnumerable<IReadOnlyList<T>> Of<T>(IEnumerable<T> inputs, Func<T, int> length)
    {
        List<T> pass = [];
        int tokens = 0;
        foreach (T input in inputs)
        {
            if (pass.Count > 0 && tokens + length(input) > PassTokens)
            {
                yield return pass;
                (pass, tokens) = ([], 0);
            }
            pass.Add(input);
            tokens += length(input);
        }
        if (pass.Count > 0)
            yield return pass;
    }

    /// <summary>The batch of some sentences, and the rows of their words' first pieces in it, ascending.</summary>
    public static (TokenBatch Batch, int[] Rows) BatchOf(IReadOnlyList<SentenceInput> inputs)
    {
        TokenBatch batch = new();
        List<int> rows = [];
        foreach (SentenceInput input in inputs)
        {
            int first = batch.TokenCount;
            batch.Add(input.Ids);
            foreach (WordStart start in input.Starts)
            {
                // Two words may share their first piece.
                if (rows.Count == 0 || rows[^1] != first + start.Row)
                    rows.Add(first + start.Row);
            }
        }
        return (batch, [.. rows]);
    }

    /// <summary>Calls back for each word with its row of a matrix that holds the rows of <see cref="BatchOf"/>.</summary>
    public static void ForEachWord(IReadOnlyList<SentenceInput> inputs, Matrix states, Action<SentenceInput, WordStart, int> word)
    {
        int row = -1;
        foreach (SentenceInput input in inputs)
        {
            int previous = -1;
            foreach (WordStart start in input.Starts)
            {
                row += start.Row == previous ? 0 : 1;
                previous = start.Row;
                word(input, start, row);
            }
        }
        if (row + 1 != states.Rows)
            throw new InvalidOperationException($"the model gave {states.Rows} rows for {row + 1} words");
    }
}
