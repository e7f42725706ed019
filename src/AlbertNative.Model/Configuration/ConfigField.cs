using System.Collections.Immutable;

namespace AlbertNative.Model;

/// <summary>The kinds of values in a configuration, each with its reading, its rule and its writing.</summary>
internal enum ConfigKind
{
    /// <summary>A whole number from 1.</summary>
    Size,

    /// <summary>A number between 0 and 1, both excluded.</summary>
    Epsilon,

    /// <summary>A share of what is dropped: from 0, below 1.</summary>
    Dropout,

    /// <summary>A finite number from 0.</summary>
    Deviation,

    /// <summary>The id of a token, or null; of a list of ids, the first.</summary>
    TokenId,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>One of a few names.</summary>
    Name,
}

/// <summary>
/// A number of the configuration: where <c>config.json</c> has it in each family, and what it is where the file does not
/// say. All kinds are held as doubles: whole numbers below 2^31, flags and names' values are exact in them, and NaN is null.
/// </summary>
internal sealed class ConfigField(int index, ConfigKind kind, ImmutableArray<FamilyColumn> columns, NameTable? names = null)
{
    /// <summary>Its place among the configuration's values.</summary>
    public int Index { get; } = index;

    public ConfigKind Kind { get; } = kind;

    /// <summary>The spellings of a <see cref="ConfigKind.Name"/>.</summary>
    public NameTable? Names { get; } = names;

    /// <summary>What each family calls it.</summary>
    public ImmutableArray<FamilyColumn> Columns { get; } = columns;

    /// <summary>What a family calls it.</summary>
    public FamilyColumn this[ModelFamily family] => Columns[(int)family];
}

/// <summary>A field in one family.</summary>
/// <param name="Key">Its key; null where the family has none, so that the value is always <paramref name="Default"/>.</param>
/// <param name="Default">The value where the file has none; NaN for null.</param>
/// <param name="Follows">The field whose value stands for null.</param>
internal sealed record FamilyColumn(string? Key, double Default, ConfigField? Follows = null);
