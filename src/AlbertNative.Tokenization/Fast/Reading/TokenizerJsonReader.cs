using System.Text.Json;
using AlbertNative.Tokenization.Fast.Decoders;
using AlbertNative.Tokenization.Fast.Models;
using AlbertNative.Tokenization.Fast.Normalizers;
using AlbertNative.Tokenization.Fast.PreTokenizers;

namespace AlbertNative.Tokenization.Fast.Reading;

/// <summary>
/// Reads Hugging Face's <c>tokenizer.json</c>. Strict: every component that is not supported, every property that is
/// not known and every contradiction is an error that names it and its place.
/// </summary>
internal static class TokenizerJsonReader
{
    private const string Version = "1.0";

    private static readonly string[] Names =
    [
        "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model",
    ];

    /// <summary>Reads a whole file.</summary>
    /// <param name="utf8">Its content.</param>
    /// <param name="source">Its name for messages, or null.</param>
    /// <exception cref="TokenizerFormatException">It is malformed or has something that is not supported.</exception>
    public static FastPipeline Read(ReadOnlySpan<byte> utf8, string? source)
    {
        try
        {
            return ReadSections(utf8, source);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException and not TokenizerFormatException)
        {
            throw new TokenizerFormatException(source, e.Message, e);
        }
    }

    private static FastPipeline ReadSections(ReadOnlySpan<byte> utf8, string? source)
    {
        JsonCursor json = new(utf8, source);
        FileTruncation? truncation = null;
        FilePadding? padding = null;
        List<AddedEntry> added = [];
        Normalizer[] normalizers = [];
        PreTokenizer[] preTokenizers = [];
        TemplateReader? template = null;
        TokenDecoder? decoder = null;
        ModelReader model = default;

        uint seen = 0;
        json.StartObject();
        while (json.NextProperty(Names, ref seen, out int property))
        {
            switch (property)
            {
                case 0:
                    CheckVersion(ref json);
                    break;
                case 1:
                    truncation = LimitReader.ReadTruncation(ref json);
                    break;
                case 2:
                    padding = LimitReader.ReadPadding(ref json);
                    break;
                case 3:
                    added = json.IsNull ? [] : AddedTokenReader.Read(ref json);
                    break;
                case 4:
                    normalizers = NormalizerReader.Read(ref json);
                    break;
                case 5:
                    preTokenizers = PreTokenizerReader.Read(ref json);
                    break;
                case 6:
                    template = json.IsNull ? null : TemplateReader.Read(ref json);
                    break;
                case 7:
                    decoder = PreTokenizerReader.ReadDecoder(ref json);
                    break;
                default:
                    model.Read(ref json);
                    break;
            }
        }
        json.Require(Names, seen, 1u << (Names.Length - 1));
        json.End();

        TokenModel tokens = model.Make();
        AddedTokenReader.CheckIds(added, tokens);
        FastPipeline pipeline = new()
        {
            Truncation = truncation,
            Padding = padding,
            AddedTokens = [.. added],
            Normalizers = normalizers,
            PreTokenizers = preTokenizers,
            Model = tokens,
            Template = SequenceTemplate.Bare,
            Decoder = decoder,
        };
        return template is null ? pipeline : pipeline with { Template = template.Resolve(pipeline.IdOf) };
    }

    private static void CheckVersion(ref JsonCursor json)
    {
        string version = json.String();
        if (version != Version)
            throw json.Error($"expected {Version}, found {JsonCursor.Quote(version)}");
    }
}
