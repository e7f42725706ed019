using System.Text;
using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Slow;

/// <summary>Damaged settings beside a sound vocabulary, always the same ones: refused by name, or they make a tokenizer that encodes.</summary>
public sealed class SettingsFuzzTests
{
    private const string Config =
        """
        {"add_prefix_space": true, "added_tokens_decoder": {"2": {"content": "[CLS]", "special": true}, "31": {"content": "<x>", "lstrip": true,
        "rstrip": false, "single_word": false, "normalized": true, "special": false}, "32": {"content": "\u00e9\ud83d\ude00"}},
        "additional_special_tokens": ["<y>", {"content": "<z>", "rstrip": true}], "bos_token": "[CLS]", "cls_token": "[CLS]",
        "do_lower_case": true, "eos_token": "[SEP]", "keep_accents": false, "mask_token": {"content": "[MASK]", "lstrip": true},
        "model_input_names": ["input_ids", "token_type_ids"], "model_max_length": 512, "pad_token": "<pad>", "remove_space": true,
        "sep_token": "[SEP]", "tokenizer_class": "AlbertTokenizer", "unk_token": "<unk>"}
        """;

    private static readonly byte[] Model = SmallAlbert.Model();

    private static readonly TokenizerSemantics[] Semantics =
        [TokenizerSemantics.Slow, TokenizerSemantics.Fast, TokenizerSemantics.Transformers5];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Damaged_settings_are_refused_or_make_a_tokenizer(int seed)
    {
        Random random = new(seed);
        byte[] sound = System.Text.Encoding.UTF8.GetBytes(Config);
        int refused = 0;
        for (int i = 0; i < 400; i++)
        {
            byte[] config = Damage(sound, random);
            Exception? error = Record.Exception(() => Use(config, Semantics[i % Semantics.Length]));
            if (error is not null)
                Assert.True(error is TokenizerFormatException, $"{error}\nfor {System.Text.Encoding.UTF8.GetString(config)}");
            refused += error is null ? 0 : 1;
        }
        Assert.InRange(refused, 50, 399);
    }

    [Fact]
    public void Sound_settings_are_read()
    {
        foreach (TokenizerSemantics semantics in Semantics)
            Use(System.Text.Encoding.UTF8.GetBytes(Config), semantics);
    }

    private static void Use(byte[] config, TokenizerSemantics semantics)
    {
        Tokenizer tokenizer = Tokenizer.FromSentencePiece(Model, TokenizerSettings.Parse(config), new() { Semantics = semantics });
        AlbertNative.Tokenization.Encoding encoding = tokenizer.Encode("the <x> a<y>b <Z> [MASK] 9,9 é😀");
        Assert.Equal(encoding.Count, encoding.Tokens.Count);
        tokenizer.Decode(encoding.Ids, skipSpecialTokens: false);
        for (int id = 0; id < tokenizer.VocabularySize; id++)
            Assert.NotEmpty(tokenizer.IdToToken(id));
        if (semantics == TokenizerSemantics.Slow)
        {
            TokenizerExport.TokenizerConfig(config);
            TokenizerExport.TokenizerJson(Model, TokenizerSettings.Parse(config));
        }
    }

    private static byte[] Damage(byte[] sound, Random random)
    {
        List<byte> bytes = [.. sound];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int at = random.Next(bytes.Count), length = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length + 1), length));
                    break;
                default:
                    Replace(bytes, random);
                    break;
            }
        }
        return [.. bytes];
    }

    /// <summary>Puts something else that JSON allows in the place of a number or a word.</summary>
    private static void Replace(List<byte> bytes, Random random)
    {
        string[] values = ["31", "33", "-1", "2147483647", "16777214", "1e400", "null", "true", "\"\"", "\"\\ud800\"", "[]", "{}", "\"[CLS]\"", "\"a\""];
        string text = System.Text.Encoding.UTF8.GetString([.. bytes]);
        string[] targets = ["\"31\"", "\"32\"", "true", "false", "512", "\"[MASK]\"", "\"<x>\"", "\"<y>\"", "\"<pad>\"", "\"2\""];
        string target = targets[random.Next(targets.Length)];
        int at = text.IndexOf(target, StringComparison.Ordinal);
        if (at < 0)
            return;
        string value = values[random.Next(values.Length)];
        value = target is "\"31\"" or "\"32\"" or "\"2\"" ? $"\"{value.Trim('"')}\"" : value;
        StringBuilder changed = new(text);
        changed.Remove(at, target.Length).Insert(at, value);
        bytes.Clear();
        bytes.AddRange(System.Text.Encoding.UTF8.GetBytes(changed.ToString()));
    }
}
