namespace AlbertNative.Annotations;

/// <summary>The names of <see cref="CleanupMode"/>.</summary>
internal static class CleanupModes
{
    public static SettingNames<CleanupMode> Names { get; } =
        new("cleanupMode", "disabled", "inplace", "inplace_full", "shrink", "shrink_full", "each", "each_full", "delete_full");
}
