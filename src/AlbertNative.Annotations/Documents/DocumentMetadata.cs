using System.Globalization;
using AlbertNative.Annotations.Java;

namespace AlbertNative.Annotations;

/// <summary>The metadata of documents, sentences and tokens, which is mostly one of a few.</summary>
internal static class DocumentMetadata
{
    private static readonly IReadOnlyDictionary<string, string?>[] First =
        [.. Enumerable.Range(0, 64).Select(number => Make(JavaText.ToString(number)))];

    /// <summary>No entries.</summary>
    public static IReadOnlyDictionary<string, string?> None { get; } = new Dictionary<string, string?>();

    /// <summary>The number of a sentence in its row.</summary>
    public static IReadOnlyDictionary<string, string?> Of(int sentence) =>
        (uint)sentence < (uint)First.Length ? First[sentence] : Make(JavaText.ToString(sentence));

    /// <summary>The same for a number that an annotation brings.</summary>
    public static IReadOnlyDictionary<string, string?> Of(string sentence) =>
        int.TryParse(sentence, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && JavaText.ToString(number) == sentence
            ? Of(number)
            : Make(sentence);

    private static Dictionary<string, string?> Make(string sentence) => new() { ["sentence"] = sentence };
}
