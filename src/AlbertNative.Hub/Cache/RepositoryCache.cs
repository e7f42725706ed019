using Microsoft.Win32.SafeHandles;

namespace AlbertNative.Hub.Cache;

/// <summary>
/// One model's folder in Hugging Face's cache, which other programs read and write at the same time
/// (layout: Hugging Face's documentation, "Hub local cache"): contents under <c>blobs/</c> by hash, branches and
/// tags under <c>refs/</c>, one folder of links per commit under <c>snapshots/</c>, and under <c>.no_exist/</c>
/// an empty file for each name that a commit is known not to have.
/// </summary>
internal sealed class RepositoryCache
{
    private const int CommitLength = 40;

    private readonly string _cacheDirectory;
    private readonly string _name;
    private readonly bool _symbolicLinks;

    public RepositoryCache(string cacheDirectory, string repository, bool symbolicLinks = true)
    {
        _cacheDirectory = Path.GetFullPath(cacheDirectory);
        _name = "models--" + repository.Replace("/", "--", StringComparison.Ordinal);
        _symbolicLinks = symbolicLinks;
        Folder = Path.Combine(_cacheDirectory, _name);
    }

    public string Folder { get; }

    /// <summary>Whether <paramref name="revision"/> is a full commit hash, whose files can never change.</summary>
    public static bool IsCommit(string revision) =>
        revision.Length == CommitLength && revision.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f'));

    public string Blob(string etag) => Path.Combine(Folder, "blobs", etag);

    /// <summary>Where a blob grows until it is whole; Python's library resumes and leaves the same file.</summary>
    public string Incomplete(string etag) => Blob(etag) + ".incomplete";

    /// <summary>Where a blob grows that nobody else may write to: a name that no other call gets.</summary>
    public string Unshared(string etag) => $"{Blob(etag)}.{Guid.NewGuid():N}.incomplete";

    public string Lock(string etag) => Path.Combine(_cacheDirectory, ".locks", _name, etag + ".lock");

    public string Snapshot(string commit) => Path.Combine(Folder, "snapshots", commit);

    public string File(string commit, string file) => Path.Combine(Snapshot(commit), Native(file));

    /// <summary>Whether the commit's file is there; a link whose blob has gone counts as absent.</summary>
    public bool Has(string commit, string file)
    {
        // File.Exists is content with a link that leads nowhere.
        string path = File(commit, file);
        return System.IO.File.Exists(path)
            && System.IO.File.ResolveLinkTarget(path, returnFinalTarget: true) is null or { Exists: true };
    }

    /// <summary>The bytes of the commit's file, wherever its link leads.</summary>
    public long Size(string commit, string file)
    {
        using SafeFileHandle handle = System.IO.File.OpenHandle(File(commit, file));
        return RandomAccess.GetLength(handle);
    }

    /// <summary>Whether the commit is known to have no such file.</summary>
    public bool IsMissing(string commit, string file) => System.IO.File.Exists(MissingMark(commit, file));

    public void MarkMissing(string commit, string file)
    {
        string mark = MissingMark(commit, file);
        Directory.CreateDirectory(Path.GetDirectoryName(mark)!);
        using FileStream empty = new(mark, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
    }

    /// <summary>The commit that a revision means according to the cache, or null where the cache does not know.</summary>
    public string? Resolve(string revision)
    {
        if (IsCommit(revision))
            return revision;
        string path = Reference(revision);
        if (!System.IO.File.Exists(path) || RegularFile.IsEmpty(path))
            return null;
        string commit = System.IO.File.ReadAllText(path).Trim();
        return IsCommit(commit) ? commit : null;
    }

    /// <summary>Records what a branch or tag means now. Without a line's end: Python takes the file's text as it is.</summary>
    public void Record(string revision, string commit)
    {
        if (IsCommit(revision) || Resolve(revision) == commit)
            return;
        Disk.Replace(Reference(revision), Folder, path => System.IO.File.WriteAllText(path, commit));
    }

    /// <summary>
    /// Puts a whole blob into a snapshot: by a relative link, or, where the platform refuses links, by moving
    /// (<paramref name="fresh"/>) or copying the blob there, as Python's library does.
    /// </summary>
    public void Link(string blob, string commit, string file, bool fresh)
    {
        string path = File(commit, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (TryLink(blob, path))
            return;
        try
        {
            if (fresh)
                System.IO.File.Move(blob, path, overwrite: true);
            else
                Disk.Replace(path, Folder, temporary => System.IO.File.Copy(blob, temporary));
        }
        catch (FileNotFoundException) when (Has(commit, file))
        {
            // On a disk without locks another process has moved the same blob to the same place.
        }
    }

    private bool TryLink(string blob, string path)
    {
        if (!_symbolicLinks)
            return false;
        string target = Path.GetRelativePath(Path.GetDirectoryName(path)!, blob);
        try
        {
            Disk.Replace(path, Folder, temporary => System.IO.File.CreateSymbolicLink(temporary, target));
            return true;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException or PlatformNotSupportedException)
        {
            // A disk that can do nothing at all fails again in the caller's move, with its own error.
            return false;
        }
    }

    private string Reference(string revision) => Path.Combine(Folder, "refs", Native(revision));

    private string MissingMark(string commit, string file) => Path.Combine(Folder, ".no_exist", commit, Native(file));

    private static string Native(string path) => path.Replace('/', Path.DirectorySeparatorChar);
}
