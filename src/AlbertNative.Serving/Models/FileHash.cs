using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using AlbertNative.Model;

namespace AlbertNative.Serving;

/// <summary>Which version a model's files are.</summary>
internal static class FileHash
{
    private const int BufferSize = 1 << 20;
    private const string OneFileModel = ".safetensors";

    private static readonly ConcurrentDictionary<string, (string Stamp, string? Encoder)> Encoders = new(StringComparer.Ordinal);

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

    /// <summary>
    /// What changes when somebody replaces a file meanwhile: where links lead, sizes and times; of a head those of its encoder, too, which
    /// its own file names by hash, so that the two come one after the other.
    /// </summary>
    public static string StampOf(string path)
    {
        string real = RealPath(path);
        if (!Directory.Exists(real))
        {
            string own = Stamp(real);
            return EncoderOf(path, own) is string encoder ? $"{own}\n{Stamp(RealPath(encoder))}" : own;
        }
        return string.Join('\n', Names(real).Select(name => $"{name} {Stamp(RealPath(Path.Combine(real, name)))}"));
    }

    // A file is opened once for each time that it changes: whoever watches it looks every second.
    private static string? EncoderOf(string path, string stamp)
    {
        if (!path.EndsWith(OneFileModel, StringComparison.Ordinal))
            return null;
        if (Encoders.TryGetValue(path, out (string Stamp, string? Encoder) known) && known.Stamp == stamp)
            return known.Encoder;
        string? encoder = null;
        try
        {
            encoder = SharedEncoder.FileBeside(path);
        }
        catch (FormatException)
        {
            // What cannot be read is no head; whoever opens it is told.
        }
        Encoders[path] = (stamp, encoder);
        return encoder;
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
        return info.Exists ? $"{info.FullName} {info.Length} {info.LastWriteTimeUtc.Ticks}" : $"{info.FullName} is not there";
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
