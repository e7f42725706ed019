using System.Runtime.CompilerServices;

namespace AlbertNative.Testing;

/// <summary>
/// The reference material (goldens, vocabularies, models) that the repository itself does not hold:
/// the folder named by <c>ALBERTNATIVE_SHARED</c>, else <c>../shared</c> beside the repository.
/// </summary>
internal static class SharedFolder
{
    /// <summary>The root of this repository.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The folder's path, or null where there is none.</summary>
    public static string? Root { get; } = FindRoot();

    /// <summary>Joins <paramref name="parts"/> below the folder; skips the running test where the folder is absent.</summary>
    public static string Require(params ReadOnlySpan<string> parts)
    {
        Assert.SkipWhen(Root is null, "needs the reference folder (../shared or ALBERTNATIVE_SHARED)");
        return Path.Combine([Root, .. parts]);
    }

    /// <summary>Every file below <paramref name="folder"/> that matches, sorted by name; nothing where the folder is absent.</summary>
    public static IEnumerable<string> Files(string folder, string pattern)
    {
        string path = Path.Combine(Root ?? "", folder);
        return Root is null || !Directory.Exists(path)
            ? []
            : Directory.EnumerateFiles(path, pattern).Order(StringComparer.Ordinal);
    }

    /// <summary>Every directory below <paramref name="folder"/>, sorted by name; nothing where the folder is absent.</summary>
    public static IEnumerable<string> Directories(string folder)
    {
        string path = Path.Combine(Root ?? "", folder);
        return Root is null || !Directory.Exists(path)
            ? []
            : Directory.EnumerateDirectories(path).Order(StringComparer.Ordinal);
    }

    private static string? FindRoot()
    {
        string? named = Environment.GetEnvironmentVariable("ALBERTNATIVE_SHARED");
        string path = string.IsNullOrEmpty(named) ? Path.Combine(Repository, "..", "shared") : named;
        return Directory.Exists(path) ? Path.GetFullPath(path) : null;
    }

    private static string FindRepository([CallerFilePath] string source = "")
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "AlbertNative.sln")))
                return at.FullName;
        }
        return Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", ".."));
    }
}
