using System.Text;

namespace AlbertNative.Tokenization.Fast.Decoders;

/// <summary>Joins tokens with spaces, and those that continue a word without.</summary>
/// <param name="prefix">What marks a token that continues a word.</param>
/// <param name="cleansUp">Whether spaces before English punctuation and contractions go, within each token and the space before it.</param>
internal sealed class WordPieceDecoder(string prefix, bool cleansUp) : TokenDecoder
{
    private static readonly (string Found, string Wanted)[] CleanUp =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    /// <summary>What marks a token that continues a word.</summary>
    public string Prefix { get; } = prefix;

    /// <summary>Whether spaces before English punctuation and contractions go.</summary>
    public bool CleansUp { get; } = cleansUp;

    public override void Append(string token, bool isFirst, StringBuilder text)
    {
        if (!isFirst)
            token = token.StartsWith(Prefix, StringComparison.Ordinal) ? token[Prefix.Length..] : " " + token;
        if (CleansUp)
        {
            foreach ((string found, string wanted) in CleanUp)
                token = token.Replace(found, wanted, StringComparison.Ordinal);
        }
        text.Append(token);
    }
}
