namespace AlbertNative.Annotations;

/// <summary>The names of <see cref="CleanupMode"/>.</summary>
internal static class CleanupModes
{
    private static readonly string[] Names =
        ["disabled", "inplace", "inplace_full", "shrink", "shrink_full", "each", "each_full", "delete_full"];

    public static string NameOf(CleanupMode mode) => Names[(int)mode];

    /// <exception cref="ArgumentException">There is no such mode.</exception>
    public static CleanupMode Parse(string name)
    {
        int index = Array.IndexOf(Names, name);
        return index >= 0
            ? (CleanupMode)index
            : throw new ArgumentException($"there is no cleanupMode '{name}', only {string.Join(", ", Names)}", nameof(name));
    }
}
