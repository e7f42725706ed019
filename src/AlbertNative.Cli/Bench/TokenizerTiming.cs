using System.Text.Json;

namespace AlbertNative.Cli;

/// <summary>The time that a tokenizer takes for the lines of a file.</summary>
/// <param name="Lines">The lines of the file.</param>
/// <param name="Bytes">Their length in UTF-8.</param>
/// <param name="Tokens">The ids that they became.</param>
/// <param name="Timings">Times for the whole file.</param>
internal sealed record TokenizerTiming(int Lines, long Bytes, long Tokens, Timings Timings)
{
    /// <summary>Megabytes (10⁶ bytes of UTF-8) a second, in the median run.</summary>
    public double MegabytesPerSecond => Bytes / Timings.MedianMs / 1e3;

    /// <summary>Tokens a second, in the median run.</summary>
    public double TokensPerSecond => Tokens / Timings.MedianMs * 1e3;

    /// <summary>Reads a file and encodes it again and again on this thread.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="BadInputException">The file is empty.</exception>
    public static TokenizerTiming Measure(string file, ITextTokenizer tokenizer, int runs, CancellationToken cancellationToken)
    {
        string[] lines = File.ReadAllLines(file, Terminal.Utf8);
        long bytes = lines.Sum(line => (long)Terminal.Utf8.GetByteCount(line));
        if (lines.Length == 0)
            throw new BadInputException($"{file} has no line");
        int[] ids = new int[lines.Max(line => tokenizer.Encode(TokenizeItem.FromLine(line, words: false), new()).Ids.Length)];
        long tokens = 0;
        Timings timings = Timings.Measure(runs, Encode, cancellationToken);
        return new(lines.Length, bytes, tokens, timings);

        void Encode()
        {
            tokens = 0;
            foreach (string line in lines)
                tokens += tokenizer.EncodeIds(line, ids);
        }
    }

    /// <summary>The fields of a peer's script, and our own.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteString("peer", "albertnative tokenizer");
        json.WriteNumber("threads", 1);
        json.WriteNumber("lines", Lines);
        json.WriteNumber("bytes", Bytes);
        json.WriteNumber("tokens", Tokens);
        json.WriteNumber("min_ms", Math.Round(Timings.MinMs, 3));
        json.WriteNumber("median_ms", Math.Round(Timings.MedianMs, 3));
        json.WriteNumber("runs", Timings.Runs);
        json.WriteNumber("mb_per_s", Math.Round(MegabytesPerSecond, 3));
        json.WriteNumber("tokens_per_s", Math.Round(TokensPerSecond));
    }
}
