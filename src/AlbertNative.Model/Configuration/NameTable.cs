using System.Diagnostics.CodeAnalysis;

namespace AlbertNative.Model;

/// <summary>
/// A few values and how <c>config.json</c> spells them. A hashed table would take longer to set up, every time a model is
/// loaded, than all of its look-ups by comparison.
/// </summary>
internal sealed class NameTable<T>(params (string Name, T Value)[] entries)
    where T : struct, Enum
{
    private readonly (string Name, T Value)[] _entries = entries;

    public ReadOnlySpan<(string Name, T Value)> Entries => _entries;

    /// <summary>All spellings, as errors list them.</summary>
    public string Names => string.Join(", ", _entries.Select(entry => entry.Name).Order(StringComparer.Ordinal));

    public bool TryGetValue(string name, [MaybeNullWhen(false)] out T value)
    {
        foreach ((string candidate, T known) in _entries)
        {
            if (candidate == name)
            {
                value = known;
                return true;
            }
        }
        value = default;
        return false;
    }

    /// <exception cref="ArgumentOutOfRangeException">The value has no name.</exception>
    public string NameOf(T value)
    {
        foreach ((string name, T known) in _entries)
        {
            if (EqualityComparer<T>.Default.Equals(known, value))
                return name;
        }
        throw new ArgumentOutOfRangeException(nameof(value), value, "not a named value");
    }
}
