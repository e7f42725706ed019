using AlbertNative.Tokenization;
using AlbertNative.Tokenization.SentencePiece;

namespace AlbertNative.Tests.SentencePiece;

/// <summary>The search against the textbook, over vocabularies that are full of ties; and the memory of words against it.</summary>
public sealed class SegmentationTests
{
    private static readonly string[] Alphabets = ["ab", "ab\u2581", "abcde", "اآبه", "a\U0001F600\U0001F601b", "é日a"];
    private static readonly float[][] ScoreSets = [[-1], [-1, -2, -3], [-0.1f, -0.2f, -0.3f], [-3.3999f, -7.1f, -9.123f], [2, 30]];

    public static IEnumerable<TheoryDataRow<int>> Seeds() => Enumerable.Range(0, 60).Select(seed => new TheoryDataRow<int>(seed));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Agrees_with_the_textbook(int seed)
    {
        Random random = new(seed);
        string alphabet = Alphabets[seed % Alphabets.Length];
        SentencePieceModel model = RandomModel(random, alphabet, ScoreSets[seed % ScoreSets.Length]);
        TextbookLattice textbook = new(model);
        int[] ids = new int[10_000];
        for (int i = 0; i < 60; i++)
        {
            string text = RandomText(random, alphabet);
            // The identity normaliser: one space in front, the others become the symbol.
            string normalized = Normalize(text);
            List<(int Id, string Text)> expected = normalized.Length == 0 ? [] : textbook.Segment(normalized);
            SentencePieceEncoding actual = model.Encode(text);
            Assert.Equal(expected.Select(piece => piece.Id), actual.Ids.ToArray());
            Assert.Equal(expected.Select(piece => piece.Text), actual.Pieces);
            Assert.Equal(actual.Ids, ids.AsSpan(0, model.Encode(text, ids)));
        }
    }

    [Fact]
    public void Rounding_decides_a_tie_far_from_the_start()
    {
        // -0.1 - 0.2 is above -0.3 by itself, less than a rounding far into the text.
        SentencePieceModel model = ModelBuilder.Of(
            ("\u2581", -1), ("a", -0.1f), ("b", -0.2f), ("ab", -0.3f), ("\u2581c", -50)).ToModel();
        TextbookLattice textbook = new(model);
        int[] ids = new int[1 << 14];
        HashSet<bool> seen = [];
        string text = string.Concat(Enumerable.Repeat("ab c ", 1000));
        List<(int Id, string Text)> expected = textbook.Segment(Normalize(text));
        foreach ((int _, string piece) in expected)
            seen.Add(piece == "ab");
        Assert.Equal(expected.Select(piece => piece.Id), ids[..model.Encode(text, ids)]);
        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public void Remembered_words_follow_the_rounding()
    {
        SentencePieceModel model = RandomModel(new Random(77), "abcde", [-0.1f, -0.2f, -0.3f, -0.31f]);
        TextbookLattice textbook = new(model);
        Random random = new(78);
        string[] words = [.. Enumerable.Range(0, 40).Select(_ => RandomText(random, "abcde").Replace(" ", ""))];
        int[] ids = new int[1 << 16];
        for (int round = 0; round < 20; round++)
        {
            string text = string.Join(' ', Enumerable.Range(0, random.Next(1, 600)).Select(_ => words[random.Next(words.Length)]));
            IEnumerable<int> expected = textbook.Segment(Normalize(text)).Select(piece => piece.Id);
            Assert.Equal(expected, ids[..model.Encode(text, ids)]);
        }
    }

    [Fact]
    public void A_margin_holds_up_to_its_limit()
    {
        Random random = new(4);
        SegmentBuffer buffer = new();
        double[] steps = new double[WordMargin.LongestText];
        int held = 0;
        for (int i = 0; i < 300; i++)
        {
            float[] scores = [.. Enumerable.Range(0, 5).Select(_ => -random.NextSingle() * 5)];
            UnigramSegmenter segmenter = Segmenter(RandomModel(random, "abc", scores).Vocabulary);
            string word = "\u2581" + string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => "abc"[random.Next(3)]));
            int count = segmenter.FindMargin(word, steps, out float limit);
            int[]? first = null;
            for (float before = 0; before < limit && before < 1e7f; before = before * 3.7f + 1)
            {
                float score = -before;
                segmenter.Segment(word, buffer, ref score);
                first ??= buffer.Ends.ToArray();
                Assert.Equal(first, buffer.Ends.ToArray());
                float sum = -before;
                foreach (double step in steps[..count])
                    sum = (float)(sum + step);
                Assert.Equal(score, sum);
                held++;
            }
        }
        Assert.InRange(held, 1000, int.MaxValue);
    }

    private static UnigramSegmenter Segmenter(UnigramVocabulary vocabulary) => new(
        vocabulary.Trie, vocabulary.Scores, vocabulary.LowestScore, vocabulary.UnknownId, mergeUnknown: false);

    private static SentencePieceModel RandomModel(Random random, string alphabet, float[] scores)
    {
        ModelBuilder builder = ModelBuilder.Of(("\u2581", scores[0]));
        HashSet<string> seen = ["\u2581"];
        for (int i = random.Next(3, 60); i > 0; i--)
        {
            string piece = RandomText(random, alphabet, random.Next(1, 5)).Replace(' ', '\u2581');
            if (System.Text.Unicode.Utf8.IsValid(System.Text.Encoding.UTF8.GetBytes(piece)) && !piece.Contains('\uFFFD') && seen.Add(piece))
                builder.Piece(piece, scores[random.Next(scores.Length)], random.Next(12) == 0 ? PieceType.Unused : PieceType.Normal);
        }
        return builder.ToModel();
    }

    private static string RandomText(Random random, string alphabet) => RandomText(random, alphabet, random.Next(0, 40));

    private static string RandomText(Random random, string alphabet, int length)
    {
        System.Text.Rune[] runes = [.. alphabet.EnumerateRunes()];
        System.Text.StringBuilder text = new();
        string repeated = "";
        for (int i = 0; i < length; i++)
        {
            repeated += random.Next(6) == 0 ? " " : runes[random.Next(runes.Length)].ToString();
            text.Append(random.Next(8) == 0 ? repeated : repeated[^1] is char last && char.IsSurrogate(last) ? repeated[^2..] : repeated[^1..]);
        }
        return text.ToString();
    }

    private static string Normalize(string text)
    {
        text = string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        text = ("\u2581" + text.Replace(' ', '\u2581')).TrimEnd('\u2581');
        return text;
    }
}
