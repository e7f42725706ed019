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

    /// <summary>What changes when somebody replaces a file meanwhile: sizes and times.</summary>
    public static string StampOf(string path)
    {
        if (!Directory.Exists(path))
            return Stamp(path);
        return string.Join('\n', Names(path).Select(name => $"{name} {Stamp(Path.Combine(path, name))}"));
    }

    private static IEnumerable<string> Names(string folder) => Directory.EnumerateFiles(folder, "*", Below)
        .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    private static string Stamp(string file)
    {
        FileInfo info = new(File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file);
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
