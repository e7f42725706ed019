using System.Globalization;
using System.Text;
using System.Text.Json;
using AlbertNative.Tokenization;
using TokenEncoding = AlbertNative.Tokenization.Encoding;

namespace AlbertNative.Tests.Fast;

/// <summary>A small <c>tokenizer.json</c>, each section of which a test may replace.</summary>
internal sealed record TokenizerFile
{
    public const string Vocabulary =
        """
        [["<pad>",0],["<unk>",0],["[CLS]",0],["[SEP]",0],["[MASK]",0],["▁",-2],["a",-3],["b",-3.5],["ab",-4],["▁a",-3.2],
        ["c",-3.75],["▁ab",-6],["\"",-5]]
        """;

    public const string Template =
        """
        {"type":"TemplateProcessing",
         "single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}}],
         "pair":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}},
                 {"Sequence":{"id":"B","type_id":1}},{"SpecialToken":{"id":"[SEP]","type_id":1}}],
         "special_tokens":{"[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},"[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}}
        """;

    public const string Metaspace = """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""";

    public string Version { get; init; } = "\"1.0\"";

    public string Truncation { get; init; } = "null";

    public string Padding { get; init; } = "null";

    public string AddedTokens { get; init; } = "[]";

    public string Normalizer { get; init; } = "null";

    public string PreTokenizer { get; init; } = "null";

    public string PostProcessor { get; init; } = "null";

    public string Decoder { get; init; } = "null";

    public string Model { get; init; } = $$"""{"type":"Unigram","unk_id":1,"vocab":{{Vocabulary}},"byte_fallback":false}""";

    public byte[] Utf8 => System.Text.Encoding.UTF8.GetBytes(Text);

    public string Text =>
        $$"""
        {"version":{{Version}},"truncation":{{Truncation}},"padding":{{Padding}},"added_tokens":{{AddedTokens}},
         "normalizer":{{Normalizer}},"pre_tokenizer":{{PreTokenizer}},"post_processor":{{PostProcessor}},
         "decoder":{{Decoder}},"model":{{Model}}}
        """;

    public Tokenizer Load() => Tokenizer.FromTokenizerJson(Utf8);

    /// <summary>The tokens of a text, each as <c>token start-end/word</c>, in UTF-16 units.</summary>
    public string Tokens(string text) => Show(Load().Encode(text));

    public static string Show(TokenEncoding encoding)
    {
        StringBuilder shown = new();
        for (int i = 0; i < encoding.Count; i++)
        {
            TextSpan span = encoding.Spans[i];
            shown.Append(i == 0 ? "" : " ").Append(encoding.Tokens[i]);
            shown.Append(CultureInfo.InvariantCulture, $" {span.Start}-{span.End}/{encoding.WordIndices[i]}");
        }
        return shown.ToString();
    }

    /// <summary>An entry of <c>added_tokens</c>; the flags are names of the properties that are true.</summary>
    public static string Added(int id, string content, params ReadOnlySpan<string> flags)
    {
        StringBuilder entry = new();
        entry.Append(CultureInfo.InvariantCulture, $"{{\"id\":{id},\"content\":\"{JsonEncodedText.Encode(content)}\"");
        foreach (string flag in (string[])["single_word", "lstrip", "rstrip", "normalized", "special"])
            entry.Append(CultureInfo.InvariantCulture, $",\"{flag}\":{(flags.Contains(flag) ? "true" : "false")}");
        return entry.Append('}').ToString();
    }

    public static string Simple(string type) => $$"""{"type":"{{type}}"}""";

    public static string Sequence(string list, params IEnumerable<string> steps) =>
        $$"""{"type":"Sequence","{{list}}":[{{string.Join(",", steps)}}]}""";
}
