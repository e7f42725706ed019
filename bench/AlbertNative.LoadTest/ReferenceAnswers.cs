using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using AlbertNative.Serving;

namespace AlbertNative.LoadTest;

/// <summary>
/// Texts of one to some hundred tokens, no two alike, and for each version of a model the bits that the library computes for
/// each of them alone, on one thread.
/// </summary>
internal sealed class ReferenceAnswers
{
    private static readonly string[] Words =
    [
        "king", "hill", "river", "went", "up", "to", "the", "and", "light", "was", "over", "water", "شاه", "به", "تهران", "رفت", "کتاب",
        "خانه", "earth", "without", "form", "void", "darkness", "deep", "spirit", "moved", "evening", "morning", "first", "day",
    ];

    private readonly Dictionary<string, byte[][]> _versions = new(StringComparer.Ordinal);

    /// <param name="count">The number of texts.</param>
    /// <param name="longest">The most tokens of a text, where the model takes as many.</param>
    /// <param name="models">The models' files.</param>
    public ReferenceAnswers(int count, int longest, params IReadOnlyList<string> models)
    {
        using (TextEmbedder embedder = Open(models[0]))
        {
            int most = Math.Min(longest, embedder.MaxLength);
            Texts = [.. Enumerable.Range(0, count).Select(number => TextOf(number, most, text => embedder.Tokenizer.Encode(text).Count))];
            Tokens = [.. Texts.Select(text => embedder.Tokenizer.Encode(text).Count)];
        }
        foreach (string model in models)
        {
            using TextEmbedder embedder = Open(model);
            _versions[VersionOf(model)] = [.. Texts.Select(text => MemoryMarshal.AsBytes<float>(embedder.Embed(text)).ToArray())];
        }
    }

    /// <summary>The texts.</summary>
    public string[] Texts { get; }

    /// <summary>Their tokens.</summary>
    public int[] Tokens { get; }

    /// <summary>The tokens of some of them together.</summary>
    public int TokensOf(int[] texts) => texts.Sum(text => Tokens[text]);

    /// <summary>The texts that are nearest to a number of tokens.</summary>
    public int[] TextsOfAbout(int tokens, int count) =>
        [.. Enumerable.Range(0, Texts.Length).OrderBy(text => Math.Abs(Tokens[text] - tokens)).Take(count)];

    /// <summary>Whether a vector is, bit for bit, that of a text by a version.</summary>
    public bool IsRight(string version, int text, ReadOnlySpan<byte> vector) =>
        _versions.TryGetValue(version, out byte[][]? answers) && answers[text].AsSpan().SequenceEqual(vector);

    /// <summary>What the server calls a model's version.</summary>
    public static string VersionOf(string model) => FileHash.OfAsync(model, CancellationToken.None).GetAwaiter().GetResult()[..12];

    /// <summary>The processor time that the library takes for a text, on one thread, when it has run for a while.</summary>
    public double SecondsAlone(string model, int[] texts, TimeSpan time)
    {
        using TextEmbedder embedder = Open(model);
        Run(time / 2);
        TimeSpan before = Environment.CpuUsage.TotalTime;
        int count = Run(time / 2);
        return (Environment.CpuUsage.TotalTime - before).TotalSeconds / count;

        int Run(TimeSpan most)
        {
            int done = 0;
            for (Stopwatch clock = Stopwatch.StartNew(); clock.Elapsed < most; done++)
                embedder.Embed(Texts[texts[done % texts.Length]]);
            return done;
        }
    }

    // Lengths are spread as users' are: many short ones, few that fill the model.
    private static string TextOf(int number, int longest, Func<string, int> count)
    {
        Random random = new(number);
        double spread = Math.Exp(random.NextDouble() * Math.Log(longest));
        StringBuilder text = new($"{number}");
        for (int words = 1; words < spread; words++)
        {
            int length = text.Length;
            text.Append(' ').Append(Words[random.Next(Words.Length)]);
            if (count(text.ToString()) <= longest)
                continue;
            text.Length = length;
            break;
        }
        return text.ToString();
    }

    private static TextEmbedder Open(string model) =>
        TextEmbedder.Load(model, new EmbeddingOptions { Normalize = true }, modelOptions: new TextModelOptions { Threads = 1 });
}
