using System.Text;
using AlbertNative.Tokenization.Fast.PreTokenizers;

namespace AlbertNative.Tokenization.Fast.Decoders;

/// <summary>Turns the visible character of <see cref="MetaspacePreTokenizer"/> back into spaces.</summary>
/// <param name="replacement">The visible character.</param>
/// <param name="scheme">Unless it is never put in front, the first token loses all of its own.</param>
internal sealed class MetaspaceDecoder(char replacement, PrependScheme scheme) : TokenDecoder
{
    public override void Append(string token, bool isFirst, StringBuilder text)
    {
        bool drops = isFirst && scheme != PrependScheme.Never;
        foreach (char c in token)
        {
            if (c != replacement)
                text.Append(c);
            else if (!drops)
                text.Append(' ');
        }
    }
}
