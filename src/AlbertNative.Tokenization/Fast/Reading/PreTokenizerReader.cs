using System.Text.Json;
using AlbertNative.Tokenization.Fast.Decoders;
using AlbertNative.Tokenization.Fast.PreTokenizers;

namespace AlbertNative.Tokenization.Fast.Reading;

/// <summary>Reads a <c>tokenizer.json</c>'s pre-tokenizer and decoder; sequences become one list of steps.</summary>
internal static class PreTokenizerReader
{
    private const int MostSteps = 64;

    private static readonly string[] TypeOnly = ["type"];
    private static readonly string[] SequenceNames = ["type", "pretokenizers"];
    private static readonly string[] PunctuationNames = ["type", "behavior"];
    private static readonly string[] DigitsNames = ["type", "individual_digits"];
    private static readonly string[] WordPieceNames = ["type", "prefix", "cleanup"];

    private static readonly string[] MetaspaceNames =
        ["type", "replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep"];

    private readonly record struct Metaspace(char Replacement, PrependScheme Scheme, bool Split);

    /// <summary>Reads the pre-tokenizer that the cursor stands on; null means no steps.</summary>
    public static PreTokenizer[] Read(ref JsonCursor json)
    {
        List<PreTokenizer> steps = [];
        if (!json.IsNull)
            ReadStep(ref json, steps);
        return [.. steps];
    }

    /// <summary>Reads the decoder that the cursor stands on; null means none.</summary>
    public static TokenDecoder? ReadDecoder(ref JsonCursor json)
    {
        if (json.IsNull)
            return null;
        switch (json.PeekType())
        {
            case "Metaspace":
                Metaspace settings = ReadMetaspace(ref json);
                return new MetaspaceDecoder(settings.Replacement, settings.Scheme);
            case "WordPiece":
                return ReadWordPieceDecoder(ref json);
            case string type:
                throw json.Error($"the decoder {JsonCursor.Quote(type)} is not supported");
            default:
                throw json.Error("a decoder without a type");
        }
    }

    private static WordPieceDecoder ReadWordPieceDecoder(ref JsonCursor json)
    {
        uint seen = 0;
        string prefix = "";
        bool cleansUp = false;
        while (json.NextProperty(WordPieceNames, ref seen, out int property))
        {
            if (property == 1)
                prefix = json.String();
            else if (property == 2)
                cleansUp = json.Boolean();
        }
        json.Require(WordPieceNames, seen, 0b111);
        return new WordPieceDecoder(prefix, cleansUp);
    }

    private static void ReadStep(ref JsonCursor json, List<PreTokenizer> steps)
    {
        if (steps.Count == MostSteps)
            throw json.Error($"more than {MostSteps} pre-tokenizers");
        uint seen = 0;
        switch (json.PeekType())
        {
            case "Sequence":
                while (json.NextProperty(SequenceNames, ref seen, out int property))
                {
                    if (property == 1)
                        ReadSteps(ref json, steps);
                }
                json.Require(SequenceNames, seen, 0b11);
                break;
            case string type when Simple(type) is PreTokenizer simple:
                while (json.NextProperty(TypeOnly, ref seen, out _))
                {
                }
                steps.Add(simple);
                break;
            case "Punctuation":
                steps.Add(ReadPunctuation(ref json));
                break;
            case "Digits":
                steps.Add(ReadDigits(ref json));
                break;
            case "Metaspace":
                Metaspace settings = ReadMetaspace(ref json);
                steps.Add(new MetaspacePreTokenizer(settings.Replacement, settings.Scheme, settings.Split));
                break;
            case string type:
                throw json.Error($"the pre-tokenizer {JsonCursor.Quote(type)} is not supported");
            default:
                throw json.Error("a pre-tokenizer without a type");
        }
    }

    private static PreTokenizer? Simple(string type) => type switch
    {
        "BertPreTokenizer" => new BertPreTokenizer(),
        "Whitespace" => new WhitespacePreTokenizer(),
        "WhitespaceSplit" => new WhitespaceSplitPreTokenizer(),
        _ => null,
    };

    private static PunctuationPreTokenizer ReadPunctuation(ref JsonCursor json)
    {
        uint seen = 0;
        SplitBehavior behavior = SplitBehavior.Isolated;
        while (json.NextProperty(PunctuationNames, ref seen, out int property))
        {
            if (property == 1)
                behavior = ReadBehavior(ref json);
        }
        return new PunctuationPreTokenizer(behavior);
    }

    private static SplitBehavior ReadBehavior(ref JsonCursor json)
    {
        string name = json.String();
        foreach (SplitBehavior behavior in Enum.GetValues<SplitBehavior>())
        {
            if (behavior.ToString() == name)
                return behavior;
        }
        throw json.Error($"expected {string.Join(", ", Enum.GetNames<SplitBehavior>())}, found {JsonCursor.Quote(name)}");
    }

    private static DigitsPreTokenizer ReadDigits(ref JsonCursor json)
    {
        uint seen = 0;
        bool individually = false;
        while (json.NextProperty(DigitsNames, ref seen, out int property))
        {
            if (property == 1)
                individually = json.Boolean();
        }
        json.Require(DigitsNames, seen, 0b11);
        return new DigitsPreTokenizer(individually);
    }

    private static void ReadSteps(ref JsonCursor json, List<PreTokenizer> steps)
    {
        json.StartArray();
        while (json.NextItem())
            ReadStep(ref json, steps);
    }

    private static Metaspace ReadMetaspace(ref JsonCursor json)
    {
        uint seen = 0;
        char replacement = '\0';
        PrependScheme scheme = PrependScheme.Always;
        bool split = true;
        bool? addsPrefixSpace = null;
        while (json.NextProperty(MetaspaceNames, ref seen, out int property))
        {
            switch (property)
            {
                case 1:
                    replacement = ReadReplacement(ref json);
                    break;
                case 2:
                    scheme = ReadScheme(ref json);
                    break;
                case 3:
                    split = json.IsNull || json.Boolean();
                    break;
                case 4:
                    addsPrefixSpace = json.IsNull ? null : json.Boolean();
                    break;
                case 5:
                    // Older files repeat the replacement here.
                    json.Expect(JsonTokenType.String, "a string");
                    break;
            }
        }
        json.Require(MetaspaceNames, seen, 0b11);
        if (addsPrefixSpace == false && scheme != PrependScheme.Never)
            throw json.Error("'add_prefix_space' false contradicts the 'prepend_scheme', which is always where it is absent");
        return new Metaspace(replacement, scheme, split);
    }

    private static char ReadReplacement(ref JsonCursor json)
    {
        string text = json.String();
        return text.Length == 1
            ? text[0]
            : throw json.Error($"expected one character up to U+FFFF, found {JsonCursor.Quote(text)}");
    }

    private static PrependScheme ReadScheme(ref JsonCursor json) => json.String() switch
    {
        "always" => PrependScheme.Always,
        "first" => PrependScheme.First,
        "never" => PrependScheme.Never,
        string other => throw json.Error($"expected always, first or never, found {JsonCursor.Quote(other)}"),
    };
}
