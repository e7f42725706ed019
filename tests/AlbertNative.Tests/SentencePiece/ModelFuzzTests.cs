using AlbertNative.Testing;
using AlbertNative.Tokenization;

namespace AlbertNative.Tests.SentencePiece;

/// <summary>Damaged files and arbitrary texts, always the same ones.</summary>
public sealed class ModelFuzzTests
{
    private static readonly string Data = Path.Combine(SharedFolder.Repository, "tests", "AlbertNative.Tests", "SentencePiece", "Data");

    private static readonly byte[] WithMap = File.ReadAllBytes(Path.Combine(Data, "sp-user-defined-1k.model"));
    private static readonly byte[] WithoutMap = File.ReadAllBytes(Path.Combine(Data, "sp-identity-1k.model"));

    public static IEnumerable<TheoryDataRow<string>> Models() =>
        Directory.EnumerateFiles(Data, "*.model").Select(path => new TheoryDataRow<string>(Path.GetFileName(path)));

    [Fact]
    public void A_file_cut_short_is_refused_or_has_fewer_pieces()
    {
        Random random = new(1);
        for (int i = 0; i < 300; i++)
        {
            byte[] file = WithoutMap[..random.Next(WithoutMap.Length)];
            if (HostileModel.Load(file) is null)
                Assert.True(SentencePieceModel.Parse(file).VocabularySize <= SentencePieceModel.Parse(WithoutMap).VocabularySize);
        }
        for (int i = 0; i < 40; i++)
            HostileModel.Load(WithMap[..random.Next(WithMap.Length)]);
    }

    [Theory]
    [InlineData(false, 400)]
    [InlineData(true, 60)]
    public void A_file_with_flipped_bits_is_refused_or_encodes(bool withMap, int rounds)
    {
        Random random = new(2);
        int[] ids = new int[1000];
        byte[] sound = withMap ? WithMap : WithoutMap;
        for (int i = 0; i < rounds; i++)
        {
            byte[] file = [.. sound];
            for (int flips = random.Next(1, 8); flips > 0; flips--)
                file[random.Next(file.Length)] ^= (byte)(1 << random.Next(8));
            if (HostileModel.Load(file) is not null)
                continue;
            SentencePieceModel model = SentencePieceModel.Parse(file);
            string text = RandomText.Make(random, 200);
            SentencePieceEncoding encoding = model.Encode(text);
            Assert.Equal(encoding.Ids, ids.AsSpan(0, model.Encode(text, ids)));
            model.Decode(encoding.Ids);
        }
    }

    [Fact]
    public void Random_bytes_are_refused()
    {
        Random random = new(3);
        for (int i = 0; i < 500; i++)
        {
            byte[] file = new byte[random.Next(1, 2000)];
            random.NextBytes(file);
            Assert.NotNull(HostileModel.Load(file));
        }
    }

    [Theory]
    [InlineData(new byte[] { 0x0A, 0x00 })]
    [InlineData(new byte[] { 0x0A, 0x05, 0x0A, 0x01, 0x61, 0x18, 0x01 })]
    [InlineData(new byte[] { 0x12, 0x02, 0x18, 0x01 })]
    [InlineData(new byte[] { 0x1A, 0x03, 0x0A, 0x01, 0x61 })]
    [InlineData(new byte[] { 0x2A, 0x00 })]
    public void A_file_of_nothing_but_one_field_takes_memory_in_proportion(byte[] field)
    {
        byte[] file = [.. Enumerable.Repeat(field, 2_000_000 / field.Length).SelectMany(bytes => bytes)];
        Assert.NotNull(HostileModel.Load(file));
    }

    [Fact]
    public void Many_pieces_and_a_duplicate_take_memory_in_proportion()
    {
        ModelBuilder builder = ModelBuilder.Of();
        for (int i = 0; i < 60_000; i++)
            builder.Piece($"\u2581piece{i}", -i);
        Assert.NotNull(HostileModel.Load(builder.Piece("\u2581piece7", 0).ToArray()));
    }

    [Fact]
    public void A_vocabulary_takes_memory_in_proportion()
    {
        foreach (string path in Directory.EnumerateFiles(Data, "*.model"))
            Assert.Null(HostileModel.Load(File.ReadAllBytes(path)));
    }

    [Fact]
    public void Large_vocabularies_load_soon()
    {
        Random random = new(4);
        ModelBuilder builder = ModelBuilder.Of(("\u2581", -1));
        HashSet<string> seen = [];
        while (seen.Count < 200_000)
        {
            string piece = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => (char)(0x4E00 + random.Next(3000))));
            if (seen.Add(piece))
                builder.Piece(piece, -random.NextSingle() * 20);
        }
        byte[] file = builder.ToArray();
        HostileModel.Run(() => Assert.Equal(200_002, SentencePieceModel.Parse(file).VocabularySize));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Any_text_is_encoded_the_same_way_in_both_forms(string name)
    {
        SentencePieceModel model = SentencePieceModel.Load(Path.Combine(Data, name));
        Random random = new(5);
        int[] ids = new int[10_000];
        for (int i = 0; i < 1500; i++)
        {
            string text = RandomText.Make(random, 80);
            SentencePieceEncoding encoding = model.Encode(text);
            Assert.Equal(encoding.Ids, ids.AsSpan(0, model.Encode(text, ids)));
            for (int p = 0; p < encoding.Count; p++)
            {
                Assert.InRange(encoding.Spans[p].Start, p == 0 ? 0 : encoding.Spans[p - 1].End, encoding.Spans[p].End);
                Assert.InRange(encoding.Spans[p].End, 0, text.Length);
            }
            model.Decode(encoding.Ids);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Ten_megabytes_take_time_in_proportion(string name)
    {
        SentencePieceModel model = SentencePieceModel.Load(Path.Combine(Data, name));
        int[] ids = new int[24_000_000];
        string[] texts =
        [
            new string('a', 10_000_000), string.Concat(Enumerable.Repeat("a ", 5_000_000)), new string(' ', 10_000_000),
            new string('\u0301', 3_000_000), new string('\uD800', 3_000_000),
        ];
        HostileModel.Run(() =>
        {
            foreach (string text in texts)
                model.Encode(text, ids);
        });
    }

    [Fact]
    public void Encoding_to_ids_allocates_nothing()
    {
        SentencePieceModel model = SentencePieceModel.Parse(WithMap);
        Random random = new(6);
        string[] texts = [.. Enumerable.Range(0, 50).Select(_ => RandomText.Make(random, 120)), "the quick brown fox, 1,000 times.", new string('x', 300)];
        int[] ids = new int[10_000];
        for (int warmUp = 0; warmUp < 3; warmUp++)
        {
            foreach (string text in texts)
                model.Encode(text, ids);
        }
        Assert.Equal(0, Allocations.Least(() =>
        {
            foreach (string text in texts)
                model.Encode(text, ids);
        }));
    }

    [Fact]
    public void A_short_buffer_is_refused()
    {
        SentencePieceModel model = SentencePieceModel.Parse(WithMap);
        Assert.Throws<ArgumentException>(() => model.Encode("the quick brown fox", new int[2]));
        Assert.Equal(0, model.Encode("", []));
    }

    [Fact]
    public void Threads_share_a_model()
    {
        SentencePieceModel model = SentencePieceModel.Parse(WithMap), other = SentencePieceModel.Parse(WithMap);
        Random random = new(7);
        string[] texts = [.. Enumerable.Range(0, 300).Select(_ => RandomText.Make(random, 60))];
        int[][] expected = [.. texts.Select(text => other.Encode(text).Ids.ToArray())];
        Parallel.For(0, 4, thread =>
        {
            int[] ids = new int[4000];
            for (int i = 0; i < 1200; i++)
            {
                int index = (i * 7 + thread * 31) % texts.Length;
                Assert.Equal(expected[index], ids[..model.Encode(texts[index], ids)]);
            }
        });
    }
}
