using System.Globalization;

namespace AlbertNative.Annotations;

/// <summary>The metadata of documents, sentences and tokens, which is mostly one of a few.</summary>
internal static class DocumentMetadata
{
    private static readonly IReadOnlyDictionary<string, string?>[] First =
        [.. Enumerable.Range(0, 64).Select(number => Make(Text(number)))];

    /// <summary>No entries.</summary>
    public static IReadOnlyDictionary<string, string?> None { get; } = new Dictionary<string, string?>();

    /// <summary>The number of a sentence in its row.</summary>
    public static IReadOnlyDictionary<string, string?> Of(int sentence) =>
        (uint)sentence < (uint)First.Length ? First[sentence] : Make(Text(sentence));

    /// <summary>The same for a number that an annotation brings.</summary>
    public static IReadOnlyDictionary<string, string?> Of(string sentence) =>
        int.TryParse(sentence, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && Text(number) == sentence
            ? Of(number)
            : Make(sentence);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static Dictionary<string, string?> Make(string sentence) => new() { ["sentence"] = sentence };
}
