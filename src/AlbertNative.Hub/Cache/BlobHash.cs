using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AlbertNative.Hub.Cache;

/// <summary>
/// What an ETag of the hub promises: the SHA-256 of the content for files in large-file storage (64 hexadecimal
/// digits), git's own object name for all others (40 digits): the SHA-1 of <c>blob SIZE\0</c> and the content
/// (Git documentation, "Git Objects").
/// </summary>
internal static class BlobHash
{
    private const int BufferSize = 1 << 17;

    /// <summary>Whether <paramref name="etag"/> has one of the two forms and so can be checked.</summary>
    public static bool IsKnown(string etag) =>
        etag.Length is 40 or 64 && etag.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f'));

    /// <summary>The hash of the file at <paramref name="path"/> in the form that <paramref name="etag"/> has.</summary>
    public static async Task<string> ComputeAsync(string path, string etag, CancellationToken cancellationToken)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
#pragma warning disable CA5350 // Git's names are SHA-1; nothing is signed or kept secret with it.
        using IncrementalHash hash = IncrementalHash.CreateHash(
            etag.Length == 64 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        if (etag.Length == 40)
            hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {file.Length}\0")));

        byte[] buffer = new byte[BufferSize];
        while (await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is int count and > 0)
            hash.AppendData(buffer, 0, count);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
