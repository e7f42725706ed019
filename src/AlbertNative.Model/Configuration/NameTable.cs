using System.Text.Json;

namespace AlbertNative.Model;

/// <summary>
/// A few values and how <c>config.json</c> spells them. A hashed table would take longer to set up, every time a model is
/// opened, than all of its look-ups by comparison.
/// </summary>
/// <param name="entries">Of several names of a value, the first is written.</param>
internal sealed class NameTable(params (string Name, int Value)[] entries)
{
    /// <summary>All spellings, as errors list them.</summary>
    public string Names => string.Join(", ", entries.Select(entry => entry.Name).Order(StringComparer.Ordinal));

    /// <summary>The value that a JSON string names.</summary>
    public bool TryRead(Utf8JsonReader reader, out int value)
    {
        foreach ((string name, int known) in entries)
        {
            if (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(name))
            {
                value = known;
                return true;
            }
        }
        value = 0;
        return false;
    }

    /// <exception cref="ArgumentOutOfRangeException">The value has no name.</exception>
    public string NameOf(int value)
    {
        foreach ((string name, int known) in entries)
        {
            if (known == value)
                return name;
        }
        throw new ArgumentOutOfRangeException(nameof(value), value, "not a named value");
    }
}
