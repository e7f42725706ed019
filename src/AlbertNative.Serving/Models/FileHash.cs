using System.Security.Cryptography;
using System.Text;

namespace AlbertNative.Serving;

/// <summary>Which version a model's files are.</summary>
internal static class FileHash
{
    private const int BufferSize = 1 << 20;

    private static readonly EnumerationOptions Below = new() { RecurseSubdirectories = true, MaxRecursionDepth = 2 };

    /// <summary>The SHA-256 of a file; of a directory, that of a line for each of its files, in order of their names.</summary>
    public static async Task<string> OfAsync(string path, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path))
            return await OfFileAsync(path, cancellationToken).ConfigureAwait(false);
        StringBuilder lines = new();
        foreach (string name in Names(path))
        {
            string hash = await OfFileAsync(Path.Combine(path, name), cancellationToken).ConfigureAwait(false);
            lines.Append(hash).Append("  ").Append(name).Append('\n');
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines.ToString())));
    }

    /// <summary>What changes when somebody replaces a file meanwhile: where links lead, sizes and times.</summary>
    public static string StampOf(string path)
    {
        string real = RealPath(path);
        if (!Directory.Exists(real))
            return Stamp(real);
        return string.Join('\n', Names(real).Select(name => $"{name} {Stamp(RealPath(Path.Combine(real, name)))}"));
    }

    private static IEnumerable<string> Names(string folder) => Directory.EnumerateFiles(folder, "*", Below)
        .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    /// <summary>Where a path leads through all links on its way: whoever swaps one link changes it, whatever lies behind.</summary>
    private static string RealPath(string path)
    {
        string full = Path.GetFullPath(path), root = Path.GetPathRoot(full)!, real = root;
        foreach (string name in full[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            string next = Path.Combine(real, name);
            string? target = Directory.Exists(next)
                ? Directory.ResolveLinkTarget(next, returnFinalTarget: true)?.FullName
                : File.ResolveLinkTarget(next, returnFinalTarget: true)?.FullName;
            real = target ?? next;
        }
        return real;
    }

    private static string Stamp(string file)
    {
        FileInfo info = new(file);
        return $"{info.FullName} {info.Length} {info.LastWriteTimeUtc.Ticks}";
    }

    private static async Task<string> OfFileAsync(string file, CancellationToken cancellationToken)
    {
        FileStream stream = new(file, new FileStreamOptions
        {
            Access = FileAccess.Read,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = BufferSize,
            Options = FileOptions.SequentialScan | FileOptions.Asynchronous,
        });
        await using (stream.ConfigureAwait(false))
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
    }
}
