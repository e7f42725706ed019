using System.Text.Json;

namespace AlbertNative.Tokenization.Fast.Reading;

/// <summary>Reads a <c>tokenizer.json</c>'s truncation and padding, which are applied only where a caller asks.</summary>
internal static class LimitReader
{
    private static readonly string[] TruncationNames = ["direction", "max_length", "strategy", "stride"];
    private static readonly string[] PaddingNames =
        ["strategy", "direction", "pad_to_multiple_of", "pad_id", "pad_type_id", "pad_token"];
    private static readonly string[] FixedNames = ["Fixed"];

    /// <summary>Reads the truncation that the cursor stands on.</summary>
    public static FileTruncation? ReadTruncation(ref JsonCursor json)
    {
        if (json.IsNull)
            return null;
        uint seen = 0;
        FileTruncation truncation = new(0, TruncationStrategy.LongestFirst, 0, FromLeft: false);
        json.StartObject();
        while (json.NextProperty(TruncationNames, ref seen, out int property))
        {
            truncation = property switch
            {
                0 => truncation with { FromLeft = ReadIsLeft(ref json) },
                1 => truncation with { MaxLength = json.Count() },
                2 => truncation with { Strategy = ReadStrategy(ref json) },
                _ => truncation with { Stride = json.Count() },
            };
        }
        json.Require(TruncationNames, seen, 0b1110);
        return truncation;
    }

    /// <summary>Reads the padding that the cursor stands on.</summary>
    public static FilePadding? ReadPadding(ref JsonCursor json)
    {
        if (json.IsNull)
            return null;
        uint seen = 0;
        FilePadding padding = new(null, null, 0, 0, "", FromLeft: false);
        json.StartObject();
        while (json.NextProperty(PaddingNames, ref seen, out int property))
        {
            padding = property switch
            {
                0 => padding with { Length = ReadLength(ref json) },
                1 => padding with { FromLeft = ReadIsLeft(ref json) },
                2 => padding with { MultipleOf = json.IsNull ? null : json.Count() },
                3 => padding with { PadId = json.Count() },
                4 => padding with { PadTypeId = json.Count() },
                _ => padding with { PadToken = json.String() },
            };
        }
        json.Require(PaddingNames, seen, 0b111111);
        return padding;
    }

    private static bool ReadIsLeft(ref JsonCursor json) => json.String() switch
    {
        "Left" => true,
        "Right" => false,
        string other => throw json.Error($"expected Left or Right, found {JsonCursor.Quote(other)}"),
    };

    private static TruncationStrategy ReadStrategy(ref JsonCursor json) => json.String() switch
    {
        "LongestFirst" => TruncationStrategy.LongestFirst,
        "OnlyFirst" => TruncationStrategy.OnlyFirst,
        "OnlySecond" => TruncationStrategy.OnlySecond,
        string other => throw json.Error($"expected LongestFirst, OnlyFirst or OnlySecond, found {JsonCursor.Quote(other)}"),
    };

    private static int? ReadLength(ref JsonCursor json)
    {
        if (json.Token == JsonTokenType.String)
        {
            string strategy = json.String();
            return strategy == "BatchLongest"
                ? null
                : throw json.Error($"expected BatchLongest or Fixed, found {JsonCursor.Quote(strategy)}");
        }
        uint seen = 0;
        int length = 0;
        json.StartObject();
        while (json.NextProperty(FixedNames, ref seen, out _))
            length = json.Count();
        json.Require(FixedNames, seen, 0b1);
        return length;
    }
}
