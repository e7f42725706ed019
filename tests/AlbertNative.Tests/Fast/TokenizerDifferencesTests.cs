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
    public void Inputs_that_leave_token_types_out_leave_them_out_in_every_version()
    {
        TokenizerSettings without = TokenizerSettings.Parse("""{"model_input_names": ["input_ids", "attention_mask"]}"""u8.ToArray());
        byte[] model = SmallAlbert.Model(builder => builder.Piece("-", 0, PieceType.UserDefined)), words = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n"u8.ToArray();
        foreach (TokenizerSemantics semantics in Enum.GetValues<TokenizerSemantics>())
        {
            foreach (Tokenizer tokenizer in (Tokenizer[])
                [Tokenizer.FromSentencePiece(model, without, new() { Semantics = semantics }), Tokenizer.FromVocabulary(words, without, new() { Semantics = semantics })])
            {
                Assert.False(tokenizer.GivesTokenTypeIds);
                Encoding pair = tokenizer.Encode("a", "a");
                Assert.Contains(1, pair.TokenTypeIds.ToArray());
                Assert.DoesNotContain(1, pair.ModelTokenTypeIds.ToArray());
            }
        }
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

    [Fact]
    public void Berts_steps_are_built_anew_too()
    {
        TokenizerFile cased = new()
        {
            Model = """{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"a":4}}""",
            Normalizer = """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":false}""",
            PreTokenizer = TokenizerFile.Simple("BertPreTokenizer"),
        };
        IReadOnlyList<string> differences = Find(("tokenizer.json", cased.Utf8), ("tokenizer_config.json", """{"tokenizer_class":"BertTokenizer"}"""u8.ToArray()));
        Assert.Equal(2, differences.Count);
        Assert.All(differences, difference => Assert.Contains("BertNormalizer", difference, StringComparison.Ordinal));
        Assert.Empty(Find(("tokenizer.json", cased.Utf8), ("tokenizer_config.json", """{"tokenizer_class":"BertTokenizer","do_lower_case":false}"""u8.ToArray())));
        Assert.Empty(Find(("vocab.txt", "[UNK]\na"u8.ToArray())));
        // A directory of a BERT that a spiece.model has been left in.
        Assert.Empty(Find(("vocab.txt", "[UNK]\na"u8.ToArray()), ("spiece.model", SmallAlbert.Model()), ("tokenizer_config.json", """{"tokenizer_class":"BertTokenizer"}"""u8.ToArray())));
    }

    [Fact]
    public void A_model_is_given_the_types_that_the_reference_gives_it()
    {
        byte[] model = SmallAlbert.Model();
        TokenizerOptions five = new() { Semantics = TokenizerSemantics.Transformers5 };
        AssertTypes(Tokenizer.FromSentencePiece(model), [0, 0, 0, 1, 1]);
        AssertTypes(Tokenizer.FromSentencePiece(model, TokenizerSettings.Parse(WithTypes), five), [0, 0, 0, 1, 1]);
        AssertTypes(Tokenizer.FromSentencePiece(model, options: five), [0, 0, 0, 0, 0]);
        byte[] vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb"u8.ToArray();
        AssertTypes(Tokenizer.FromVocabulary(vocabulary, options: five), [0, 0, 0, 1, 1]);
        AssertTypes(Tokenizer.FromVocabulary(vocabulary, TokenizerSettings.Parse("""{"model_input_names":["input_ids"]}"""u8.ToArray()), five), [0, 0, 0, 0, 0]);

        static void AssertTypes(Tokenizer tokenizer, int[] types)
        {
            Encoding pair = tokenizer.Encode("a", "b");
            Assert.Equal([0, 0, 0, 1, 1], pair.TokenTypeIds);
            Assert.Equal(types, pair.ModelTokenTypeIds);
        }
    }

    private static IReadOnlyList<string> Find(params (string Name, byte[] Content)[] files) => TokenizerDifferences.FromTransformers5(
        name => Array.Find(files, file => file.Name == name).Content, "here");
}
