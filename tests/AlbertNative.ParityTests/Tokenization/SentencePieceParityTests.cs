using System.Text.Json;
using AlbertNative.Testing;
using AlbertNative.Tokenization;

namespace AlbertNative.ParityTests.Tokenization;

/// <summary>SentencePiece C++: ids, pieces, spans and decoded text of every line.</summary>
public sealed class SentencePieceParityTests
{
    private const string Prefix = "sentencepiece.";

    public static IEnumerable<TheoryDataRow<string>> Goldens() =>
        GoldenFile.Names(Prefix).Select(name => new TheoryDataRow<string>(name));

    public static IEnumerable<TheoryDataRow<string>> Unsupported() =>
        SharedFolder.Files("vocab", "*-unsupported.model").Select(path => new TheoryDataRow<string>(Path.GetFileName(path)));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Goldens))]
    public void Every_line_is_exact(string name)
    {
        SentencePieceModel model = SentencePieceModel.Load(SharedFolder.Require("vocab", name + ".model"));
        int[] buffer = new int[1 << 16];
        foreach (JsonElement line in GoldenFile.Lines(Prefix, name))
        {
            string text = line.GetProperty("text").GetString()!;
            SentencePieceEncoding encoding = model.Encode(text);
            int[] ids = line.Integers("ids");
            Assert.Equal(ids, encoding.Ids);
            Assert.Equal(line.Strings("pieces"), encoding.Pieces);
            Assert.Equal(line.Pairs("spans"), encoding.CodePointSpans());
            Assert.Equal(line.GetProperty("decoded").GetString(), model.Decode(ids));
            Assert.Equal(ids, buffer[..model.Encode(text, buffer)]);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Unsupported))]
    public void Other_kinds_of_model_are_refused_by_name(string file)
    {
        string path = SharedFolder.Require("vocab", file);
        var error = Assert.Throws<TokenizerFormatException>(() => SentencePieceModel.Load(path));
        Assert.Contains(file.Split('-')[0].ToUpperInvariant(), error.Message);
        Assert.Equal(path, error.Path);
    }
}
