using System.Net;
using System.Text.Json;
using AlbertNative.Hub.Cache;

namespace AlbertNative.Hub.Http;

/// <summary>What a revision of a model is: its commit and the names of its files.</summary>
internal sealed record HubListing(string Commit, IReadOnlySet<string> Files);

/// <summary>A file as the hub announces it: the hash that names its blob and, where known, its size in bytes.</summary>
internal sealed record RemoteFile(string Name, string ETag, long? Size);

/// <summary>The two questions asked of the hub before any content: what a revision holds, and what a file must hash to.</summary>
internal sealed class HubApi(HubConnection connection, RetryPolicy retry, HubOptions options)
{
    private const int MaximumListing = 64 << 20;

    private readonly string _endpoint = options.Endpoint.AbsoluteUri.TrimEnd('/');

    /// <summary>The address of a file's content at a commit.</summary>
    public Uri Content(HubName name, string commit, string file) =>
        new($"{_endpoint}/{name.Repository}/resolve/{commit}/{string.Join('/', file.Split('/').Select(Uri.EscapeDataString))}");

    /// <summary>Asks for the commit and the file names of a revision.</summary>
    /// <param name="name">The model.</param>
    /// <param name="isFinal">Which errors to throw at once although they may pass; null for none.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<HubListing> ListAsync(HubName name, Predicate<HubException>? isFinal, CancellationToken cancellationToken)
    {
        Uri address = new($"{_endpoint}/api/models/{name.Repository}/revision/{Uri.EscapeDataString(name.Revision)}");
        return retry.RunAsync($"Asking the hub for the files of '{name}'", async token =>
        {
            using HubResponse response = await connection.SendAsync(HttpMethod.Get, address, 0, null, token).ConfigureAwait(false);
            if (response.Status != HttpStatusCode.OK)
                throw HubErrors.Refused(response, name, null, options);
            return Parse(await ReadAsync(response, token).ConfigureAwait(false), name, response.Address);
        }, null, isFinal, cancellationToken);
    }

    /// <summary>
    /// Asks for a file's hash and size. For a file in large-file storage the hub's redirect tells them; the storage
    /// behind it has ETags of its own that look the same and mean something else, so only an answer that also
    /// carries the commit counts.
    /// </summary>
    public Task<RemoteFile> DescribeAsync(HubName name, string commit, string file, CancellationToken cancellationToken)
    {
        Uri address = Content(name, commit, file);
        return retry.RunAsync($"Asking the hub for '{file}' of '{name}'", async token =>
        {
            using HubResponse response = await connection.SendAsync(
                HttpMethod.Head, address, 0, static redirect => redirect.Header("X-Linked-ETag") is not null, token).ConfigureAwait(false);
            bool redirect = (int)response.Status is >= 300 and < 400;
            if (!redirect && response.Status != HttpStatusCode.OK)
                throw HubErrors.Refused(response, name, file, options);

            if (response.Header("X-Repo-Commit") != commit)
                throw Broken(response.Address, $"does not say that {file} is of commit {commit} (X-Repo-Commit)");
            string etag = Plain(response.Header("X-Linked-ETag") ?? response.Header("ETag"));
            if (!BlobHash.IsKnown(etag))
                throw Broken(response.Address, $"names {file} by '{ServerText.Clean(etag, options.Token)}', which is neither a SHA-256 nor a git SHA-1 and cannot be checked");
            return new RemoteFile(file, etag, Size(response, redirect));
        }, null, null, cancellationToken);
    }

    private static long? Size(HubResponse response, bool redirect)
    {
        if (response.Header("X-Linked-Size") is { } text)
        {
            return long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long size)
                ? size
                : throw Broken(response.Address, "sends an X-Linked-Size that is no number");
        }
        return redirect ? null : response.Content.ContentLength;
    }

    // W/"abc" and "abc" to abc.
    private static string Plain(string? etag)
    {
        ReadOnlySpan<char> text = etag;
        if (text.StartsWith("W/", StringComparison.Ordinal))
            text = text[2..];
        return text.Trim('"').ToString();
    }

    private static HubListing Parse(byte[] body, HubName name, Uri address)
    {
        try
        {
            using JsonDocument json = StrictJson.Parse(body);
            JsonElement root = json.RootElement;
            string? commit = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("sha", out JsonElement sha)
                ? ServerText.OfJson(sha)
                : null;
            if (commit is null || !RepositoryCache.IsCommit(commit))
                throw Broken(address, "names no commit (sha)");
            if (RepositoryCache.IsCommit(name.Revision) && name.Revision != commit)
                throw Broken(address, $"answers with commit {commit} when asked for {name.Revision}");
            if (!root.TryGetProperty("siblings", out JsonElement siblings) || siblings.ValueKind != JsonValueKind.Array)
                throw Broken(address, "lists no files (siblings)");
            return new HubListing(commit, Names(siblings));
        }
        catch (JsonException e)
        {
            throw Broken(address, "does not answer with JSON", e);
        }
    }

    // Names are only ever compared with those wanted, so an odd one among them does no harm here.
    private static HashSet<string> Names(JsonElement siblings)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (JsonElement sibling in siblings.EnumerateArray())
        {
            if (sibling.ValueKind == JsonValueKind.Object && sibling.TryGetProperty("rfilename", out JsonElement file)
                && ServerText.OfJson(file) is { } text)
            {
                names.Add(text);
            }
        }
        return names;
    }

    private static async Task<byte[]> ReadAsync(HubResponse response, CancellationToken cancellationToken)
    {
        using MemoryStream body = new();
        byte[] buffer = new byte[1 << 16];
        while (await response.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is int count and > 0)
        {
            if (body.Length + count > MaximumListing)
                throw Broken(response.Address, "sends a file list that does not end");
            body.Write(buffer, 0, count);
        }
        return body.ToArray();
    }

    private static HubException Broken(Uri address, string what, Exception? cause = null) => new(HubFailure.InvalidResponse,
        $"{ServerText.Address(address)} {what}. Check that HF_ENDPOINT is a Hugging Face hub and that no proxy answers in its place.", cause);
}
