using AlbertNative.Tokenization.Fast.Normalizers;
using AlbertNative.Tokenization.SentencePiece;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast.Reading;

/// <summary>Reads a <c>tokenizer.json</c>'s normalizer; sequences become one list of steps.</summary>
internal static class NormalizerReader
{
    // Far more than any tokenizer has; keeps a hostile list from costing more memory than its file.
    private const int MostSteps = 256;

    private static readonly string[] TypeOnly = ["type"];
    private static readonly string[] SequenceNames = ["type", "normalizers"];
    private static readonly string[] ReplaceNames = ["type", "pattern", "content"];
    private static readonly string[] PatternNames = ["String", "Regex"];
    private static readonly string[] StripNames = ["type", "strip_left", "strip_right"];
    private static readonly string[] PrependNames = ["type", "prepend"];
    private static readonly string[] BertNames =
        ["type", "clean_text", "handle_chinese_chars", "lowercase", "strip_accents"];

    private static readonly string[] PrecompiledNames = ["type", "precompiled_charsmap"];

    /// <summary>Reads the value that the cursor stands on; null means no steps.</summary>
    public static Normalizer[] Read(ref JsonCursor json)
    {
        List<Normalizer> steps = [];
        if (!json.IsNull)
            ReadStep(ref json, steps);
        return [.. steps];
    }

    private static void ReadStep(ref JsonCursor json, List<Normalizer> steps)
    {
        if (steps.Count == MostSteps)
            throw json.Error($"more than {MostSteps} normalizers");
        switch (json.PeekType())
        {
            case "Sequence":
                ReadSequence(ref json, steps);
                break;
            case "Replace":
                steps.Add(ReadReplace(ref json));
                break;
            case "Precompiled":
                steps.Add(ReadPrecompiled(ref json));
                break;
            case "Strip":
                steps.Add(ReadStrip(ref json));
                break;
            case "BertNormalizer":
                steps.Add(ReadBert(ref json));
                break;
            case "Prepend":
                steps.Add(ReadPrepend(ref json));
                break;
            case string type when Simple(type) is Normalizer simple:
                ReadTypeOnly(ref json);
                steps.Add(simple);
                break;
            case string type:
                throw json.Error($"the normalizer {JsonCursor.Quote(type)} is not supported");
            default:
                throw json.Error("a normalizer without a type");
        }
    }

    private static Normalizer? Simple(string type) => type switch
    {
        "NFC" => new UnicodeNormalizer(NormalizationForm.Nfc),
        "NFD" => new UnicodeNormalizer(NormalizationForm.Nfd),
        "NFKC" => new UnicodeNormalizer(NormalizationForm.Nfkc),
        "NFKD" => new UnicodeNormalizer(NormalizationForm.Nfkd),
        "StripAccents" => new StripAccentsNormalizer(),
        "Lowercase" => new LowercaseNormalizer(),
        _ => null,
    };

    private static void ReadTypeOnly(ref JsonCursor json)
    {
        uint seen = 0;
        while (json.NextProperty(TypeOnly, ref seen, out _))
        {
        }
    }

    private static void ReadSequence(ref JsonCursor json, List<Normalizer> steps)
    {
        uint seen = 0;
        while (json.NextProperty(SequenceNames, ref seen, out int property))
        {
            if (property == 0)
                continue;
            json.StartArray();
            while (json.NextItem())
                ReadStep(ref json, steps);
        }
        json.Require(SequenceNames, seen, 0b11);
    }

    private static Normalizer ReadReplace(ref JsonCursor json)
    {
        uint seen = 0;
        string? literal = null, regex = null;
        string content = "";
        while (json.NextProperty(ReplaceNames, ref seen, out int property))
        {
            if (property == 1)
                ReadPattern(ref json, out literal, out regex);
            else if (property == 2)
                content = json.String();
        }
        json.Require(ReplaceNames, seen, 0b111);
        if (literal is not null)
            return new ReplaceNormalizer(literal, content);
        try
        {
            return RegexSyntax.MakeReplacement(regex!, content);
        }
        catch (FormatException e)
        {
            throw json.Error($"the regular expression {JsonCursor.Quote(regex!)} is not supported: {e.Message}");
        }
    }

    private static void ReadPattern(ref JsonCursor json, out string? literal, out string? regex)
    {
        (literal, regex) = (null, null);
        uint seen = 0;
        json.StartObject();
        while (json.NextProperty(PatternNames, ref seen, out int property))
        {
            string pattern = json.String();
            if (pattern.Length == 0)
                throw json.Error("an empty pattern is not supported");
            (literal, regex) = property == 0 ? (pattern, regex) : (literal, pattern);
        }
        if (literal is null == regex is null)
            throw json.Error("a pattern is either a 'String' or a 'Regex'");
    }

    private static PrecompiledNormalizer ReadPrecompiled(ref JsonCursor json)
    {
        uint seen = 0;
        CharsMap? map = null;
        while (json.NextProperty(PrecompiledNames, ref seen, out int property))
        {
            if (property != 1)
                continue;
            try
            {
                map = CharsMap.Parse(json.Base64()) ?? throw new FormatException("an empty character map");
            }
            catch (FormatException e) when (e is not TokenizerFormatException)
            {
                throw json.Error(e.Message);
            }
        }
        json.Require(PrecompiledNames, seen, 0b11);
        return new PrecompiledNormalizer(map!);
    }

    private static BertNormalizer ReadBert(ref JsonCursor json)
    {
        uint seen = 0;
        Span<bool> flags = stackalloc bool[4];
        bool? stripAccents = null;
        while (json.NextProperty(BertNames, ref seen, out int property))
        {
            if (property is > 0 and < 4)
                flags[property] = json.Boolean();
            else if (property == 4)
                stripAccents = json.IsNull ? null : json.Boolean();
        }
        json.Require(BertNames, seen, 0b1111);
        return new BertNormalizer(new BertNormalizerOptions(flags[1], flags[2], stripAccents ?? flags[3], flags[3]));
    }

    private static StripNormalizer ReadStrip(ref JsonCursor json)
    {
        uint seen = 0;
        bool left = false, right = false;
        while (json.NextProperty(StripNames, ref seen, out int property))
        {
            if (property == 1)
                left = json.Boolean();
            else if (property == 2)
                right = json.Boolean();
        }
        json.Require(StripNames, seen, 0b111);
        return new StripNormalizer(left, right);
    }

    private static PrependNormalizer ReadPrepend(ref JsonCursor json)
    {
        uint seen = 0;
        string content = "";
        while (json.NextProperty(PrependNames, ref seen, out int property))
        {
            if (property == 1)
                content = json.String();
        }
        json.Require(PrependNames, seen, 0b11);
        return new PrependNormalizer(content);
    }
}
