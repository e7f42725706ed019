using System.Text;

namespace AlbertNative.Tokenization.Fast.Decoders;

/// <summary>From tokens back to text, as a <c>tokenizer.json</c>'s decoder. Immutable.</summary>
internal abstract class TokenDecoder
{
    /// <summary>Appends one token's text.</summary>
    public abstract void Append(string token, bool isFirst, StringBuilder text);
}
