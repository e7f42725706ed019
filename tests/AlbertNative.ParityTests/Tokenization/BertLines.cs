using System.Text.Json;
using AlbertNative.Tokenization;

namespace AlbertNative.ParityTests.Tokenization;

/// <summary>Compares encodings with lines of <c>goldens/bert/tokenizer</c>: whatever a line has is compared.</summary>
internal static class BertLines
{
    /// <summary>Compares every line with what the tokenizer gives, and lists the first that differ.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="lines">The lines.</param>
    /// <param name="takesEmptyForNone">Whether an empty second text is none, as in calls of transformers' fast class.</param>
    public static void AssertAll(Tokenizer tokenizer, IEnumerable<JsonElement> lines, bool takesEmptyForNone = false)
    {
        int[] buffer = new int[1 << 16];
        AssertNone(lines, line => Difference(tokenizer, line, buffer, takesEmptyForNone));
    }

    /// <summary>
    /// As <see cref="AssertAll"/>, for the slow tokenizer: ids, types and decoded text, which a line has only where they are
    /// not the fast one's.
    /// </summary>
    public static void AssertSlow(Tokenizer tokenizer, IEnumerable<JsonElement> lines)
    {
        int[] buffer = new int[1 << 16];
        AssertNone(lines, line => SlowDifference(tokenizer, line, buffer) is string difference
            ? $"{JsonSerializer.Serialize(line.GetProperty("text").GetString()!)}: {difference}"
            : null);
    }

    private static void AssertNone(IEnumerable<JsonElement> lines, Func<JsonElement, string?> differenceOf)
    {
        List<string> differences = [];
        int count = 0;
        foreach (JsonElement line in lines)
        {
            count++;
            if (differenceOf(line) is string difference)
                differences.Add($"line {count}: {difference}");
        }
        Assert.True(
            differences.Count == 0,
            $"{differences.Count} of {count} lines differ:\n{string.Join('\n', differences.Take(10))}");
    }

    private static string? SlowDifference(Tokenizer tokenizer, JsonElement line, int[] buffer)
    {
        JsonElement own = line.TryGetProperty("slow", out JsonElement slow) ? slow : line;
        string text = line.GetProperty("text").GetString()!;
        string? pair = line.TryGetProperty("pair", out JsonElement second) ? second.GetString() : null;
        EncodeOptions options = Options(line) with { Stride = null };
        Encoding encoding = pair is null ? tokenizer.Encode(text, options) : tokenizer.Encode(text, pair, options);
        int[] ids = (own.TryGetProperty("ids", out _) ? own : line).Integers("ids");
        string? difference = Compare("ids", ids, [.. encoding.Ids]) ?? SpanFault(encoding, text, pair);
        if (difference is null && own.TryGetProperty("type_ids", out _))
            difference = Compare("type_ids", own.Integers("type_ids"), [.. encoding.TokenTypeIds]);
        if (difference is null && (own.TryGetProperty("decoded", out JsonElement decoded) || line.TryGetProperty("decoded", out decoded)))
            difference = Compare("decoded", decoded.GetString()!, tokenizer.Decode(ids));
        if (difference is null && pair is null && options.MaxLength is null)
            difference = Compare("ids alone", ids, buffer[..tokenizer.Encode(text, buffer)]);
        return difference;
    }

    /// <summary>The goldens have no offsets for the slow tokenizer; what any must fulfil.</summary>
    private static string? SpanFault(Encoding encoding, string text, string? pair)
    {
        for (int i = 0; i < encoding.Count; i++)
        {
            TextSpan span = encoding.Spans[i];
            string source = encoding.SequenceIndices[i] == 1 ? pair! : text;
            bool isSound = encoding.IsSpecial(i)
                ? span == default
                : span.Start < span.End && span.End <= source.Length && !SplitsPair(source, span.Start) && !SplitsPair(source, span.End);
            if (!isSound)
                return $"token {i} has the span [{span.Start}, {span.End})";
        }
        return null;
    }

    private static bool SplitsPair(string text, int index) =>
        index > 0 && index < text.Length && char.IsSurrogatePair(text[index - 1], text[index]);

    /// <summary>As <see cref="AssertAll"/>, for texts that are split into words beforehand.</summary>
    public static void AssertWords(Tokenizer tokenizer, IEnumerable<JsonElement> lines)
    {
        foreach (JsonElement line in lines)
        {
            string[] words = line.Strings("words");
            EncodeOptions options = Options(line);
            Encoding encoding = line.TryGetProperty("pair_words", out JsonElement pair) && pair.ValueKind != JsonValueKind.Null
                ? tokenizer.EncodeWords(words, line.Strings("pair_words"), options)
                : tokenizer.EncodeWords(words, options);
            string? difference = Compare("ids", line.Integers("ids"), [.. encoding.Ids])
                ?? Compare("type_ids", line.Integers("type_ids"), [.. encoding.TokenTypeIds])
                ?? Compare("word_ids", Indices(line, "word_ids"), [.. encoding.WordIndices])
                ?? Compare("sequence_ids", Indices(line, "sequence_ids"), [.. encoding.SequenceIndices])
                ?? Compare("offsets", line.Pairs("offsets"), CodePointOffsets.Of(encoding, i => Word(line, encoding, i)));
            Assert.True(difference is null, $"{line}: {difference}");
        }
    }

    private static int[] Indices(JsonElement line, string name) =>
        [.. line.GetProperty(name).EnumerateArray().Select(index => index.ValueKind == JsonValueKind.Null ? -1 : index.GetInt32())];

    private static string Word(JsonElement line, Encoding encoding, int token) => encoding.IsSpecial(token)
        ? ""
        : line.GetProperty(encoding.SequenceIndices[token] == 1 ? "pair_words" : "words")[encoding.WordIndices[token]].GetString()!;

    /// <summary>What differs in a line, or null.</summary>
    private static string? Difference(Tokenizer tokenizer, JsonElement line, int[] buffer, bool takesEmptyForNone)
    {
        string text = line.GetProperty("text").GetString()!;
        string? pair = line.TryGetProperty("pair", out JsonElement second) ? second.GetString() : null;
        pair = pair is "" && takesEmptyForNone ? null : pair;
        // Hugging Face's library by itself applies what the file says of truncation and padding.
        EncodeOptions options = tokenizer.FileOptions ?? Options(line);
        Encoding? encoding = null;
        Exception? error = Record.Exception(() =>
            encoding = pair is null ? tokenizer.Encode(text, options) : tokenizer.Encode(text, pair, options));
        if (line.TryGetProperty("error", out JsonElement expected))
            return error is ArgumentException ? null : $"{error?.Message ?? "no error"} instead of {expected}";
        if (error is not null)
            return error.ToString();
        string? difference = Difference(line, encoding!, text, pair);
        if (difference is null && line.TryGetProperty("decoded", out JsonElement decoded))
            difference = Compare("decoded", decoded.GetString()!, tokenizer.Decode(encoding!.Ids));
        if (difference is null && pair is null && options == new EncodeOptions())
            difference = Compare("ids alone", line.Integers("ids"), buffer[..tokenizer.Encode(text, buffer)]);
        return difference is null ? null : $"{JsonSerializer.Serialize(text)}: {difference}";
    }

    private static EncodeOptions Options(JsonElement line) => new()
    {
        MaxLength = line.TryGetProperty("max_length", out JsonElement limit) ? limit.GetInt32() : null,
        Truncation = line.TryGetProperty("strategy", out JsonElement strategy)
            ? strategy.GetString() switch
            {
                "longest_first" => TruncationStrategy.LongestFirst,
                "only_first" => TruncationStrategy.OnlyFirst,
                "only_second" => TruncationStrategy.OnlySecond,
                string other => throw new InvalidDataException(other),
                null => throw new InvalidDataException("no strategy"),
            }
            : TruncationStrategy.LongestFirst,
        Stride = line.TryGetProperty("stride", out JsonElement stride) ? stride.GetInt32() : null,
    };

    private static string? Difference(JsonElement line, Encoding encoding, string text, string? pair)
    {
        string? difference = Compare("ids", line.Integers("ids"), [.. encoding.Ids]);
        if (difference is null && line.TryGetProperty("tokens", out _))
            difference = Compare("tokens", line.Strings("tokens"), [.. encoding.Tokens]);
        if (difference is null && line.TryGetProperty("type_ids", out _))
            difference = Compare("type_ids", line.Integers("type_ids"), [.. encoding.TokenTypeIds]);
        if (difference is null && line.TryGetProperty("offsets", out _))
            difference = Compare("offsets", line.Pairs("offsets"), CodePointOffsets.Of(encoding, i => encoding.SequenceIndices[i] == 1 ? pair! : text));
        if (difference is null && line.TryGetProperty("attention_mask", out _))
            difference = Compare("attention_mask", line.Integers("attention_mask"), [.. encoding.AttentionMask]);
        if (difference is not null || !line.TryGetProperty("overflow", out JsonElement windows))
            return difference;
        if (windows.GetArrayLength() != encoding.Overflow.Count)
            return $"{encoding.Overflow.Count} windows instead of {windows.GetArrayLength()}";
        int i = 0;
        foreach (JsonElement window in windows.EnumerateArray())
        {
            difference ??= window.ValueKind == JsonValueKind.Array
                ? Compare($"window {i}", [.. window.EnumerateArray().Select(id => id.GetInt32())], [.. encoding.Overflow[i].Ids])
                : Difference(window, encoding.Overflow[i], text, pair);
            i++;
        }
        return difference;
    }

    private static string? Compare<T>(string what, IReadOnlyList<T> expected, IReadOnlyList<T> actual) => expected.SequenceEqual(actual)
        ? null
        : $"{what} [{string.Join(' ', actual)}] instead of [{string.Join(' ', expected)}]";

    private static string? Compare(string what, string expected, string actual) => expected == actual
        ? null
        : $"{what} {JsonSerializer.Serialize(actual)} instead of {JsonSerializer.Serialize(expected)}";
}
