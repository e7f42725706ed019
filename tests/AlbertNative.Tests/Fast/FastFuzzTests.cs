using System.Diagnostics;
using System.Text;
using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Fast;

/// <summary>Damaged files and arbitrary texts, always the same ones.</summary>
public sealed class FastFuzzTests
{
    private const int Rounds = 400;

    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(30);

    private static readonly TokenizerFile Full = new()
    {
        Truncation = """{"direction":"Right","max_length":128,"strategy":"LongestFirst","stride":0}""",
        Padding = """
            {"strategy":{"Fixed":128},"direction":"Right","pad_to_multiple_of":null,"pad_id":0,"pad_type_id":0,"pad_token":"<pad>"}
            """,
        AddedTokens = $"[{TokenizerFile.Added(4, "[MASK]", "lstrip", "special")},{TokenizerFile.Added(13, "zap", "normalized")}]",
        Normalizer = TokenizerFile.Sequence(
            "normalizers",
            """{"type":"Replace","pattern":{"String":"``"},"content":"\""}""",
            """{"type":"Replace","pattern":{"Regex":"[b-c]x|y"},"content":"\""}""",
            TokenizerFile.Simple("NFKD"), TokenizerFile.Simple("StripAccents"), TokenizerFile.Simple("Lowercase"),
            CharsMapBytes.Normalizer(("\t", " "), ("①", "1"), ("e\u0301", "é"), ("\u0001", "")),
            """{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}"""),
        PreTokenizer = TokenizerFile.Metaspace,
        PostProcessor = TokenizerFile.Template,
        Decoder = TokenizerFile.Metaspace,
    };

    [Fact]
    public void A_file_cut_short_is_refused()
    {
        byte[] utf8 = Full.Utf8;
        Random random = new(1);
        for (int i = 0; i < Rounds; i++)
            Assert.NotNull(HostileJson.Load(utf8[..random.Next(utf8.Length)]));
    }

    [Fact]
    public void A_file_with_flipped_bits_is_refused_or_still_valid()
    {
        byte[] utf8 = Full.Utf8;
        Random random = new(2);
        int refused = 0;
        for (int i = 0; i < Rounds; i++)
        {
            byte[] damaged = [.. utf8];
            for (int flips = random.Next(1, 6); flips > 0; flips--)
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            refused += HostileJson.Load(damaged) is null ? 0 : 1;
        }
        Assert.InRange(refused, Rounds / 2, Rounds);
    }

    [Theory]
    [InlineData("""{"model":{"type":"Unigram","unk_id":0,"vocab":[""", "[\"a\",0],", "x")]
    [InlineData("""{"model":{"type":"Unigram","unk_id":0,"vocab":[""", "[\"\",0],", "x")]
    [InlineData("""{"model":{"type":"Unigram","unk_id":0,"vocab":[["a",0""", "0", "x")]
    [InlineData("""{"model":{"type":"Unigram","unk_id":0,"vocab":[["a""", "\\u0061", "x")]
    [InlineData("{\"", "é", "")]
    [InlineData("{\"added_tokens\":[", "{},", "")]
    [InlineData("{\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[", "{\"type\":\"NFC\"},", "")]
    [InlineData("{\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[", "{\"type\":\"WhitespaceSplit\"},", "")]
    [InlineData("{\"normalizer\":", "{\"type\":\"Sequence\",\"normalizers\":[", "")]
    [InlineData("{\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"", "AAAA", "\"}}")]
    [InlineData("{\"normalizer\":{\"type\":\"Replace\",\"content\":\"\",\"pattern\":{\"Regex\":\"", "(a|", "\"}}}")]
    [InlineData("{\"post_processor\":{\"type\":\"TemplateProcessing\",\"special_tokens\":{", "\"a\":{\"id\":\"a\",\"ids\":[],\"tokens\":[]},", "")]
    [InlineData("{\"model\":", "[", "")]
    [InlineData("{\"model\":{\"type\":\"", "Unigram", "\"}}")]
    public void Endless_repetition_is_refused(string start, string middle, string end)
    {
        foreach (int length in (int[])[1000, 300_000, 3_000_000])
        {
            string json = start + string.Concat(Enumerable.Repeat(middle, length / middle.Length)) + end;
            Assert.NotNull(HostileJson.Load(System.Text.Encoding.UTF8.GetBytes(json)));
        }
    }

    [Fact]
    public void Any_text_has_tokens_with_sound_spans()
    {
        Tokenizer tokenizer = Full.Load();
        Random random = new(3);
        for (int i = 0; i < 3000; i++)
        {
            string text = RandomText(random);
            Tokenization.Encoding encoding = tokenizer.Encode(text);
            int previous = 0;
            for (int t = 1; t < encoding.Count - 1; t++)
            {
                TextSpan span = encoding.Spans[t];
                Assert.InRange(span.Start, previous, span.End);
                Assert.InRange(span.End, span.Start, text.Length);
                Assert.False(SplitsPair(text, span.Start) || SplitsPair(text, span.End), $"{span} in {text}");
                previous = span.Start;
            }
            tokenizer.Decode(encoding.Ids);
        }
    }

    [Theory]
    [InlineData("a")]
    [InlineData("ab ")]
    [InlineData("\u0323")]
    [InlineData("😀")]
    [InlineData("[")]
    [InlineData("\u0001")]
    public void Ten_megabytes_take_linear_time(string part)
    {
        Tokenizer tokenizer = Full.Load();
        string text = string.Concat(Enumerable.Repeat(part, 5_000_000 / part.Length));
        int[] ids = new int[text.Length + 3];
        Stopwatch watch = Stopwatch.StartNew();
        int count = tokenizer.Encode(text, ids);
        Assert.InRange(count, 2, ids.Length);
        Assert.True(watch.Elapsed < Watchdog, $"{watch.Elapsed} for five million characters");
    }

    private static bool SplitsPair(string text, int index) =>
        index > 0 && index < text.Length && char.IsHighSurrogate(text[index - 1]) && char.IsLowSurrogate(text[index]);

    internal static string RandomText(Random random)
    {
        const string Frequent = "aabbcc  e\u0301\u0323`\t▁①\u0001\r\n'\"zap[MASK]";
        StringBuilder text = new();
        for (int length = random.Next(20); length > 0; length--)
        {
            switch (random.Next(10))
            {
                case 0:
                    text.Append((char)random.Next(0x10000));
                    break;
                case 1:
                    text.Append(new Rune(random.Next(0x10000, 0x20000)));
                    break;
                case 2:
                    text.Append((char)random.Next(0x300, 0x370));
                    break;
                case 3:
                    text.Append((char)random.Next(0xA0, 0x180));
                    break;
                default:
                    text.Append(Frequent[random.Next(Frequent.Length)]);
                    break;
            }
        }
        return text.ToString();
    }
}
