using System.Text;

namespace AlbertNative.Evaluation;

/// <summary>A tag taken apart: <c>B-PER</c> into its prefix and its type.</summary>
internal readonly record struct EntityTag(char Prefix, string Type)
{
    /// <summary>A type that is not named.</summary>
    private const string NoType = "_";

    /// <summary>What stands before and after a sentence.</summary>
    public static EntityTag Outside { get; } = new('O', NoType);

    /// <summary>The lenient reading: the prefix is the first character, the type what follows the first hyphen after it.</summary>
    public static EntityTag ParseLenient(string tag)
    {
        (char prefix, string rest) = Split(tag);
        string type = rest[(rest.IndexOf('-', StringComparison.Ordinal) + 1)..];
        return new(prefix, type.Length == 0 ? NoType : type);
    }

    /// <summary>The strict reading: the prefix is the first character, the type the rest without hyphens at its ends.</summary>
    public static EntityTag ParseStrict(string tag)
    {
        (char prefix, string rest) = Split(tag);
        string type = rest.Trim('-');
        return new(prefix, type.Length == 0 ? NoType : type);
    }

    private static (char Prefix, string Remainder) Split(string tag)
    {
        if (string.IsNullOrEmpty(tag))
            throw new FormatException("An empty tag has no prefix.");
        _ = Rune.DecodeFromUtf16(tag, out _, out int length);
        return (length == 1 ? tag[0] : '\uFFFD', tag[length..]);
    }
}
