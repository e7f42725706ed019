using System.Diagnostics;
using AlbertNative.Tokenization.Tries;

namespace AlbertNative.Tests.SentencePiece;

public sealed class PieceTrieTests
{
    [Theory]
    [InlineData("ab", 6)]
    [InlineData("abcdefghij▁", 5)]
    [InlineData("اآبهی\u200c▁", 8)]
    [InlineData("a\U0001F600\U0001F601\U0001D400", 4)]
    public void Finds_every_string_and_no_other(string alphabet, int longest)
    {
        Random random = new(longest);
        string[] strings = Strings(random, alphabet, longest, 400);
        PieceTrie trie = Build(strings);
        Dictionary<string, int> expected = strings.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        foreach (string text in strings.Concat(Strings(random, alphabet + "x", longest + 1, 2000)))
            Assert.Equal(expected.GetValueOrDefault(text, -1), trie.Find(text));
    }

    [Fact]
    public void Steps_go_on_exactly_where_a_string_does()
    {
        string[] strings = Strings(new Random(5), "abc", 5, 60);
        PieceTrie trie = Build(strings);
        HashSet<string> prefixes = [.. strings.SelectMany(text => Enumerable.Range(0, text.Length + 1).Select(n => text[..n]))];
        foreach (string prefix in prefixes)
        {
            foreach (char c in "abcd\0\uFFFF")
            {
                ulong node = trie.Root;
                foreach (char before in prefix)
                    Assert.True(trie.Step(ref node, before));
                Assert.Equal(prefixes.Contains(prefix + c), trie.Step(ref node, c));
            }
        }
    }

    [Fact]
    public void Takes_every_character()
    {
        string[] strings = [.. Enumerable.Range(1, 0xFFF0).Select(c => ((char)c).ToString())];
        PieceTrie trie = Build(strings);
        for (int i = 0; i < strings.Length; i++)
            Assert.Equal(i, trie.Find(strings[i]));
        Assert.Equal(-1, trie.Find("\uFFFF"));
        Assert.Equal(-1, trie.Find("aa"));
    }

    [Fact]
    public void Without_strings_nothing_is_found()
    {
        PieceTrie trie = Build([]);
        Assert.Equal(-1, trie.Find("a"));
        Assert.Equal(-1, trie.Find(""));
    }

    [Theory]
    [InlineData("'ab' is defined twice", "ab", "b", "ab")]
    [InlineData("a string is empty", "ab", "")]
    public void Refuses(string message, params string[] strings) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => Build(strings)).Message);

    [Fact]
    public void A_long_string_repeated_many_times_is_refused()
    {
        string[] strings = [.. Enumerable.Repeat(new string('a', 200), 100)];
        Assert.Throws<FormatException>(() => Build(strings));
    }

    [Fact]
    public void Building_takes_time_in_proportion()
    {
        Random random = new(9);
        string[] many = [.. Strings(random, "abcdefghijklmnopqrstuvwxyz", 10, 200_000)];
        string[] deep = [.. Enumerable.Range(1, 2000).Select(n => new string('a', n))];
        string[] wide = [.. Enumerable.Range(0, 100_000).Select(n => $"{(char)(0x4E00 + n % 20000)}{(char)(0x4E00 + n / 20000)}")];
        Stopwatch watch = Stopwatch.StartNew();
        HostileModel.Run(() => Assert.All(new[] { many, deep, wide }, strings => Assert.Equal(7, Build(strings).Find(strings[7]))));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void The_array_is_dense()
    {
        string[] strings = Strings(new Random(3), "abcdefghijklmnopqrstuvwxyz", 6, 30_000);
        int nodes = strings.SelectMany(text => Enumerable.Range(0, text.Length + 1).Select(n => text[..n])).Distinct().Count();
        Assert.InRange(Build(strings).Units.Length, nodes, nodes * 1.3);
    }

    private static PieceTrie Build(string[] strings)
    {
        int[] ends = new int[strings.Length];
        for (int i = 0, end = 0; i < strings.Length; i++)
            ends[i] = end += strings[i].Length;
        return PieceTrie.Build(string.Concat(strings), ends, [.. Enumerable.Range(0, strings.Length)]);
    }

    private static string[] Strings(Random random, string alphabet, int longest, int count)
    {
        HashSet<string> strings = [];
        for (int i = 0; i < count; i++)
            strings.Add(string.Concat(Enumerable.Range(0, random.Next(1, longest + 1)).Select(_ => alphabet[random.Next(alphabet.Length)])));
        return [.. strings];
    }
}
