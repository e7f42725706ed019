namespace AlbertNative.Cli;

/// <summary>What one line asks <c>tokenize</c> for: a text or a pair, whole or split into words.</summary>
/// <param name="First">The text, alone; or its words.</param>
/// <param name="Second">The other text of a pair, alike; null where there is none.</param>
/// <param name="AreWords">Whether they are words.</param>
/// <param name="MaxLength">The most tokens; null where the line does not say.</param>
internal sealed record TokenizeItem(IReadOnlyList<string> First, IReadOnlyList<string>? Second, bool AreWords, int? MaxLength)
{
    public static TokenizeItem FromLine(string line, bool words) => new(words ? Words.Of(line) : [line], null, words, null);

    public static TokenizeItem FromRecord(JsonRecord record, bool words)
    {
        int? maxLength = record.OptionalNumber("max_length");
        if (words)
            return new(record.Texts("words"), record.Has("pair_words") ? record.Texts("pair_words") : null, words, maxLength);

        string text = record.Text("text");
        return new([text], record.OptionalText("pair") is string pair ? [pair] : null, words, maxLength);
    }

    /// <summary>The string that a token's span is in.</summary>
    public string Source(int sequence, int word) => (sequence == 1 ? Second! : First)[AreWords ? word : 0];
}
