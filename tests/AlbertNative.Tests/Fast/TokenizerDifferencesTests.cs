using AlbertNative.Tests.Slow;
using AlbertNative.Tokenization;
using AlbertNative.Tokenization.SentencePiece;

namespace AlbertNative.Tests.Fast;

/// <summary>What transformers 5 would do otherwise with a model's files, and that this is what it does.</summary>
public sealed class TokenizerDifferencesTests
{
    private static readonly byte[] WithTypes = """{"model_input_names": ["input_ids", "token_type_ids"]}"""u8.ToArray();

    [Fact]
    public void A_bare_vocabulary_is_cut_at_its_user_defined_pieces()
    {
        byte[] model = SmallAlbert.Model(builder => builder.Piece("-", 0, PieceType.UserDefined));
        IReadOnlyList<string> differences = Find(("spiece.model", model), ("tokenizer_config.json", WithTypes));
        Assert.Contains(differences, difference => difference.Contains("user-defined pieces", StringComparison.Ordinal) && difference.EndsWith(": -", StringComparison.Ordinal));
        Assert.Contains(differences, difference => difference.Contains("comma", StringComparison.Ordinal));
        Assert.DoesNotContain(differences, difference => difference.Contains("token types", StringComparison.Ordinal));
        Tokenizer slow = Tokenizer.FromSentencePiece(model);
        Tokenizer five = Tokenizer.FromSentencePiece(model, options: new() { Semantics = TokenizerSemantics.Transformers5 });
        Assert.Equal(["[CLS]", "\u2581a", "-", "b", "[SEP]"], slow.Encode("a-b").Tokens);
        Assert.Equal(["[CLS]", "\u2581a", "-", "\u2581b", "[SEP]"], five.Encode("a-b").Tokens);
        Assert.Equal(["[CLS]", "\u25819,", "[SEP]"], five.Encode("9,").Tokens);
        Assert.Equal((true, false), (slow.GivesTokenTypeIds, five.GivesTokenTypeIds));
    }

    [Fact]
    public void A_files_own_steps_are_named()
    {
        TokenizerFile file = new()
        {
            Normalizer = TokenizerFile.Sequence("normalizers", """{"type":"Replace","pattern":{"String":"x"},"content":"y"}""", TokenizerFile.Simple("Lowercase")),
            PreTokenizer = TokenizerFile.Metaspace,
        };
        IReadOnlyList<string> differences = Find(("tokenizer.json", file.Utf8), ("tokenizer_config.json", WithTypes));
        Assert.Contains(differences, difference => difference.Contains("Replace 'x' by 'y'", StringComparison.Ordinal) && difference.Contains("dropped", StringComparison.Ordinal));
        Assert.Contains(differences, difference => difference.Contains("NFKD", StringComparison.Ordinal) && difference.Contains("put in", StringComparison.Ordinal));
        Assert.Contains(differences, difference => difference.Contains("WhitespaceSplit", StringComparison.Ordinal));
        Assert.DoesNotContain(differences, difference => difference.Contains("Lowercase", StringComparison.Ordinal));
        byte[] generic = """{"tokenizer_class": "TokenizersBackend", "model_input_names": ["token_type_ids"]}"""u8.ToArray();
        Assert.Empty(Find(("tokenizer.json", file.Utf8), ("tokenizer_config.json", generic)));
    }

    [Fact]
    public void What_was_exported_differs_in_nothing()
    {
        byte[] model = SmallAlbert.Model();
        Assert.Empty(Find(
            ("spiece.model", model), ("tokenizer.json", TokenizerExport.TokenizerJson(model)),
            ("tokenizer_config.json", TokenizerExport.TokenizerConfig())));
        Assert.Empty(Find());
    }

    private static IReadOnlyList<string> Find(params (string Name, byte[] Content)[] files) => TokenizerDifferences.FromTransformers5(
        name => Array.Find(files, file => file.Name == name).Content, "here");
}
