using System.IO.Compression;
using System.Text.Json;
using AlbertNative.Testing;
using AlbertNative.Tokenization;

namespace AlbertNative.Tests.SentencePiece;

/// <summary>
/// What SentencePiece and transformers gave for a few vocabularies that the repository holds, so that a clean clone
/// checks itself: normaliser options, user-defined symbols, byte fallback and the slow tokenizer.
/// </summary>
public sealed class GoldenTests
{
    private static readonly string Data = Path.Combine(SharedFolder.Repository, "tests", "AlbertNative.Tests", "SentencePiece", "Data");

    [Theory]
    [InlineData("sp-identity-1k")]
    [InlineData("sp-suffix-1k")]
    [InlineData("sp-user-defined-1k")]
    public void SentencePiece_is_reproduced(string name)
    {
        SentencePieceModel model = SentencePieceModel.Load(Path.Combine(Data, name + ".model"));
        int[] buffer = new int[1 << 14];
        foreach (JsonElement line in Lines($"sentencepiece.{name}"))
        {
            string text = line.GetProperty("text").GetString()!;
            SentencePieceEncoding encoding = model.Encode(text);
            Assert.Equal(Integers(line, "ids"), encoding.Ids);
            Assert.Equal(line.GetProperty("pieces").EnumerateArray().Select(piece => piece.GetString()), encoding.Pieces);
            Assert.Equal(
                line.GetProperty("spans").EnumerateArray().Select(span => (span[0].GetInt32(), span[1].GetInt32())),
                encoding.CodePointSpans());
            Assert.Equal(line.GetProperty("decoded").GetString(), model.Decode(encoding.Ids));
            Assert.Equal(encoding.Ids, buffer.AsSpan(0, model.Encode(text, buffer)));
        }
    }

    [Theory]
    [InlineData("", null, null)]
    [InlineData(".cased", false, null)]
    [InlineData(".accents", null, true)]
    public void The_slow_tokenizer_is_reproduced(string variant, bool? lowerCase, bool? keepAccents)
    {
        Tokenizer tokenizer = ModelTokenizer.Load(
            ShippedModels.Nano, new TokenizerOptions { LowerCase = lowerCase, KeepAccents = keepAccents });
        int[] buffer = new int[1 << 14];
        foreach (JsonElement line in Lines("huggingface.albert-nano" + variant))
        {
            string text = line.GetProperty("text").GetString()!;
            string? pair = line.TryGetProperty("pair", out JsonElement second) ? second.GetString() : null;
            int? length = line.TryGetProperty("max_length", out JsonElement most) ? most.GetInt32() : null;
            EncodeOptions options = new() { MaxLength = length };
            Encoding encoding = pair is null ? tokenizer.Encode(text, options) : tokenizer.Encode(text, pair, options);
            Assert.Equal(Integers(line, "ids"), encoding.Ids);
            if (line.TryGetProperty("decoded", out JsonElement decoded))
                Assert.Equal(decoded.GetString(), tokenizer.Decode(encoding.Ids));
            if (pair is null && length is null)
                Assert.Equal(encoding.Ids, buffer.AsSpan(0, tokenizer.Encode(text, buffer)));
        }
    }

    private static int[] Integers(JsonElement line, string name) =>
        [.. line.GetProperty(name).EnumerateArray().Select(value => value.GetInt32())];

    private static IEnumerable<JsonElement> Lines(string name)
    {
        using StreamReader reader = new(new GZipStream(File.OpenRead(Path.Combine(Data, name + ".jsonl.gz")), CompressionMode.Decompress));
        while (reader.ReadLine() is string line)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            yield return document.RootElement.Clone();
        }
    }
}
