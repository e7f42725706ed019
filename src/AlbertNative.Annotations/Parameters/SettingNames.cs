namespace AlbertNative.Annotations;

/// <summary>The names of an enumeration's values, in their order, as a setting has them.</summary>
/// <param name="setting">The setting, for messages.</param>
/// <param name="names">The names.</param>
internal sealed class SettingNames<T>(string setting, params string[] names)
    where T : struct, Enum
{
    private static readonly T[] Values = Enum.GetValues<T>();

    public string NameOf(T value) => names[Array.IndexOf(Values, value)];

    /// <exception cref="ArgumentException">There is no such value.</exception>
    public T Parse(string name)
    {
        int index = Array.IndexOf(names, name);
        return index >= 0
            ? Values[index]
            : throw new ArgumentException($"there is no {setting} '{name}', only {string.Join(", ", names)}", nameof(name));
    }
}
