namespace AlbertNative.Tokenization;

/// <summary>transformers' <c>clean_up_tokenization</c>: spaces before English punctuation and contractions go.</summary>
internal static class SpaceCleanup
{
    private static readonly (string Found, string Wanted)[] Replacements =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"),
        (" n't", "n't"), (" 'm", "'m"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    /// <summary>Applies the replacements one after the other, each over the whole text.</summary>
    public static string Apply(string text)
    {
        foreach ((string found, string wanted) in Replacements)
            text = text.Replace(found, wanted, StringComparison.Ordinal);
        return text;
    }
}
