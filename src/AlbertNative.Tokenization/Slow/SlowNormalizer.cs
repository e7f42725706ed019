using AlbertNative.Tokenization.SentencePiece;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Slow;

/// <summary>What <see cref="SlowNormalizer"/> does; transformers' defaults.</summary>
/// <param name="LowerCase"><c>do_lower_case</c>.</param>
/// <param name="KeepAccents"><c>keep_accents</c>.</param>
/// <param name="RemoveSpace"><c>remove_space</c>.</param>
internal readonly record struct SlowNormalizerOptions(bool LowerCase, bool KeepAccents, bool RemoveSpace);

/// <summary>
/// What transformers' <c>AlbertTokenizer</c> does to a stretch of text before SentencePiece: lower-cases it character
/// by character, collapses white space, makes <c>``</c> and <c>''</c> a quotation mark, decomposes it (NFKD), drops
/// every character whose combining class is not 0, and lower-cases what is left as a whole.
/// </summary>
/// <remarks>
/// <para>The reference goes over the text once for each step. Here it is one pass, because nearly every step looks at
/// one character: dropping what canonical ordering moves leaves the starters, in the order in which they stand.
/// What is left are white space, the quotes and the capital sigmas that only decomposition brings out (as from
/// U+1D6BA), whose lower case depends on the word around them.</para>
/// <para>Characters that become one character whatever stands around them are copied by a table, which is filled
/// as they are met: most texts need few of the 65,536 entries.</para>
/// </remarks>
/// <param name="options">Which of the steps are taken.</param>
internal sealed class SlowNormalizer(SlowNormalizerOptions options)
{
    /// <summary>Python 3.11, which the reference runs on.</summary>
    private const UnicodeVersion Version = UnicodeVersion.V14;

    private const char CapitalSigma = '\u03A3';

    private readonly SlowNormalizerOptions _options = options;
    private readonly char[] _plain = new char[char.MaxValue + 1];

    /// <summary>Normalises a stretch between added tokens.</summary>
    /// <param name="text">UTF-16 without lone surrogates; may have been lower-cased already.</param>
    /// <param name="output">Where to; sources are indices into <paramref name="text"/>.</param>
    public void Normalize(ReadOnlySpan<char> text, NormalizedText output)
    {
        bool hasSigma = false;
        int end = text.Length;
        int at = _options.RemoveSpace ? SkipSpace(text, 0) : 0;
        while (at < text.Length)
        {
            at += output.AppendMapped(text[at..], _plain, at);
            if (at == text.Length)
                break;
            char c = text[at];
            if (_options.RemoveSpace && UnicodeData.IsPythonWhiteSpace(c))
            {
                int next = SkipSpace(text, at + 1);
                if (next < text.Length)
                    output.Append(' ', at);
                else
                    end = at;
                at = next;
            }
            else if (c is '`' or '\'')
            {
                bool isPair = at + 1 < text.Length && text[at + 1] == c;
                output.Append(isPair ? '"' : c, at);
                at += isPair ? 2 : 1;
            }
            else
            {
                int codePoint = CodePoints.Read(text, at, out int length);
                int before = output.Count;
                bool isSigma = AppendOther(codePoint, at, output);
                if (length == 1 && output.Count == before + 1 && !isSigma)
                    _plain[c] = output.Text[before];
                hasSigma |= isSigma;
                at += length;
            }
        }
        output.End(end);
        if (hasSigma)
            LowerSigmas(output);
    }

    private static int SkipSpace(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && UnicodeData.IsPythonWhiteSpace(text[at]))
            at++;
        return at;
    }

    /// <summary>Appends what a code point becomes; true where there is a capital sigma in it, left as it is.</summary>
    private bool AppendOther(int codePoint, int source, NormalizedText output)
    {
        Span<int> lower = stackalloc int[LowerCase.MaximumLength];
        lower[0] = codePoint;
        int count = _options.LowerCase ? LowerCase.Map(codePoint, lower, Version) : 1;
        bool hasSigma = false;
        foreach (int c in lower[..count])
        {
            if (_options.KeepAccents)
                output.Append(new System.Text.Rune(c), source);
            else
                hasSigma |= AppendStarters(c, source, output);
        }
        return hasSigma;
    }

    private bool AppendStarters(int codePoint, int source, NormalizedText output)
    {
        Span<char> scratch = stackalloc char[3];
        Span<char> self = stackalloc char[2];
        ReadOnlySpan<char> parts = Decomposition.Of(codePoint, compatibility: true, scratch, Version);
        if (parts.IsEmpty)
            parts = self[..CodePoints.Write(codePoint, self)];
        bool hasSigma = false;
        for (int i = 0; i < parts.Length;)
        {
            int part = CodePoints.Read(parts, i, out int length);
            i += length;
            if (UnicodeData.CombiningClass(part, Version) != 0)
                continue;
            if (part == CapitalSigma && _options.LowerCase)
                hasSigma = true;
            AppendLower(part, source, output);
        }
        return hasSigma;
    }

    private void AppendLower(int codePoint, int source, NormalizedText output)
    {
        Span<int> lower = stackalloc int[LowerCase.MaximumLength];
        lower[0] = codePoint;
        int count = _options.LowerCase && codePoint != CapitalSigma ? LowerCase.Map(codePoint, lower, Version) : 1;
        foreach (int c in lower[..count])
            output.Append(new System.Text.Rune(c), source);
    }

    /// <summary>Gives each capital sigma its lower case: final at the end of a word, else not.</summary>
    private static void LowerSigmas(NormalizedText output)
    {
        // A sigma is cased whichever form it has, so those already lowered do not mislead the next.
        for (int i = 0; i < output.Count; i++)
        {
            if (output.Text[i] == CapitalSigma)
                output.Replace(i, LowerCase.IsFinal(output.Text, i, Version) ? '\u03C2' : '\u03C3');
        }
    }
}
