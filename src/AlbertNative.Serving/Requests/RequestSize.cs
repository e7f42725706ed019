namespace AlbertNative.Serving;

/// <summary>What a request takes.</summary>
/// <param name="Tokens">Its tokens.</param>
/// <param name="Longest">Those of its longest sequence.</param>
/// <param name="Cost">What it costs, in tokens.</param>
/// <param name="Bytes">Its memory while it waits.</param>
internal readonly record struct RequestSize(int Tokens, int Longest, long Cost, long Bytes)
{
    /// <summary>An id, a type and an offset of each token, twice: as they were encoded and as the model takes them.</summary>
    private const int BytesOfToken = 48;

    /// <summary>Objects of an input and its result.</summary>
    private const int BytesOfInput = 1024;

    public static RequestSize Of<TInput>(IReadOnlyList<EncodedInput<TInput>> inputs, ModelWork work)
    {
        if (inputs.Count == 0)
            throw new ArgumentException("there is no input", nameof(inputs));
        int longest = 0;
        long tokens = 0, cost = 0, bytes = 0;
        foreach (EncodedInput<TInput> input in inputs)
        {
            tokens += input.TokenCount;
            bytes += BytesOfInput + ((long)input.TokenCount * BytesOfToken);
            // Hidden states of an input in several sequences wait for those that come last.
            if (input.SequenceCount > 1)
                bytes += (long)input.TokenCount * work.HiddenSize * sizeof(float);
            for (int s = 0; s < input.SequenceCount; s++)
            {
                longest = Math.Max(longest, input.LengthOf(s));
                cost += work.Cost.Of(input.LengthOf(s));
            }
        }
        return new((int)Math.Min(tokens, int.MaxValue), longest, cost, bytes);
    }
}
