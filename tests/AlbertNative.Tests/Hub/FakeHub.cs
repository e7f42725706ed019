using System.Text.Json;
using AlbertNative.Hub;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace AlbertNative.Tests.Hub;

/// <summary>
/// A hub and its storage, on two ports as the real ones are on two hosts, together with an empty cache folder.
/// A test spoils an answer through <see cref="Fault"/>, which sees each request first.
/// </summary>
internal sealed class FakeHub : IAsyncDisposable
{
    public const string Token = "hf_TestTokenThatMustNotLeak";
    public const string Signature = "SignedSecret";

    private readonly List<FakeModel> _models = [];

    public LoopbackServer Hub { get; private set; } = null!;

    public LoopbackServer Storage { get; private set; } = null!;

    public string Cache { get; } = Directory.CreateTempSubdirectory("albert-hub-").FullName;

    public InstantClock Clock { get; } = new();

    /// <summary>Answers a request itself and returns true, or leaves it be; gets the file's name, or null for a listing.</summary>
    public Func<HttpContext, string?, Task<bool>> Fault { get; set; } = (_, _) => Task.FromResult(false);

    /// <summary>The path below which the hub answers, as a mirror may; empty for its root.</summary>
    public string Prefix { get; set; } = "";

    public static async Task<FakeHub> StartAsync(params FakeModel[] models)
    {
        FakeHub hub = new();
        hub._models.AddRange(models);
        hub.Storage = await LoopbackServer.StartAsync(hub.AnswerStorageAsync);
        hub.Hub = await LoopbackServer.StartAsync(hub.AnswerHubAsync);
        return hub;
    }

    public List<string> Notices { get; } = [];

    public HubClient Client(string? token = null, bool offline = false, int attempts = 4, TimeSpan? timeout = null,
        Func<string, long?>? freeSpace = null, bool links = true) => new(Options(token, offline, attempts, timeout, freeSpace, links));

    public HubOptions Options(string? token = null, bool offline = false, int attempts = 4, TimeSpan? timeout = null,
        Func<string, long?>? freeSpace = null, bool links = true) => new()
        {
            Endpoint = Hub.Address,
            CacheDirectory = Cache,
            Token = token,
            Offline = offline,
            MaxAttempts = attempts,
            Timeout = timeout ?? TimeSpan.FromSeconds(20),
            Clock = Clock,
            FreeSpace = freeSpace ?? (_ => null),
            SymbolicLinks = links,
            Notice = Notices.Add,
        };

    public void Replace(FakeModel model)
    {
        _models.RemoveAll(old => old.Name == model.Name && old.Commit == model.Commit);
        _models.Insert(0, model); // the first of a name is its main branch
    }

    /// <summary>How often a file's content was asked for, wherever it lies.</summary>
    public int Fetches(FakeFile file, string name) => file.Large
        ? Storage.Seen.Count(request => request.Path == "/" + file.ETag)
        : Hub.Seen.Count(request => request.Method == "GET" && request.Path.EndsWith("/" + name, StringComparison.Ordinal));

    public string Folder(string name = "org/albert") => Path.Combine(Cache, "models--" + name.Replace("/", "--"));

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Storage.DisposeAsync();
        Directory.Delete(Cache, recursive: true);
    }

    /// <summary>Sends a body in part and then ends the connection, behind all that was sent: what a reset overtakes is lost to the reader.</summary>
    public static async Task CutAsync(HttpContext context, byte[] content, int from, int count)
    {
        if (from > 0)
        {
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{content.Length - 1}/{content.Length}";
        }
        context.Response.ContentLength = content.Length - from;
        await context.Response.Body.WriteAsync(content.AsMemory(from, Math.Min(count, content.Length - from)));
    }

    /// <summary>Promises the whole content, sends its first bytes, and leaves the answer hanging.</summary>
    public static async Task StallAsync(HttpContext context, byte[] content, int sent)
    {
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content.AsMemory(0, sent));
        await context.Response.Body.FlushAsync();
        await WaitForEndAsync(context);
    }

    /// <summary>Leaves an answer hanging until the client goes.</summary>
    public static async Task WaitForEndAsync(HttpContext context)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // the client has gone, which is what the test is about
        }
    }

    public static int RangeStart(HttpContext context) =>
        (int)(context.Request.GetTypedHeaders().Range?.Ranges.Single().From ?? 0);

    private async Task AnswerHubAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!;
        path = path.StartsWith(Prefix, StringComparison.Ordinal) ? path[Prefix.Length..] : "";
        foreach (FakeModel model in _models)
        {
            string listing = $"/api/models/{model.Name}/revision/";
            if (path.StartsWith(listing, StringComparison.Ordinal))
            {
                string revision = path[listing.Length..].Replace("%2F", "/"); // Kestrel decodes all but slashes
                if (revision.Length == 40 && revision != model.Commit)
                    continue;
                if (!await Fault(context, null))
                    await ListAsync(context, model, revision);
                return;
            }
            string content = $"/{model.Name}/resolve/{model.Commit}/";
            if (path.StartsWith(content, StringComparison.Ordinal))
            {
                string file = path[content.Length..];
                if (!await Fault(context, file))
                    await ResolveAsync(context, model, file);
                return;
            }
        }
        if (!await Fault(context, null))
            Refuse(context, 404, "RepoNotFound");
    }

    private static async Task ListAsync(HttpContext context, FakeModel model, string revision)
    {
        if (revision is not ("main" or "v1" or "refs/pr/1") && revision != model.Commit)
        {
            Refuse(context, 404, "RevisionNotFound");
            return;
        }
        await context.Response.WriteAsync(JsonSerializer.Serialize(new
        {
            sha = model.Commit,
            siblings = model.Files.Keys.Select(file => new { rfilename = file }),
        }));
    }

    private async Task ResolveAsync(HttpContext context, FakeModel model, string name)
    {
        if (!model.Files.TryGetValue(name, out FakeFile? file))
        {
            Refuse(context, 404, "EntryNotFound");
            return;
        }
        context.Response.Headers["X-Repo-Commit"] = model.Commit;
        if (!file.Large)
        {
            await SendAsync(context, file.Content, file.ETag);
            return;
        }
        context.Response.Headers["X-Linked-ETag"] = $"\"{file.ETag}\"";
        context.Response.Headers["X-Linked-Size"] = file.Content.Length.ToString();
        context.Response.Redirect($"{Storage.Address}{file.ETag}?Signature={Signature}");
    }

    private async Task AnswerStorageAsync(HttpContext context)
    {
        string hash = context.Request.Path.Value!.Trim('/');
        (string name, FakeFile? file) = _models.SelectMany(model => model.Files)
            .Where(pair => pair.Value.ETag == hash).Select(pair => (pair.Key, pair.Value)).FirstOrDefault();
        if (await Fault(context, name))
            return;
        if (file is null)
            context.Response.StatusCode = 404;
        else
            await SendAsync(context, file.Content, new string('c', 64)); // the storage's ETags mean something else
    }

    private static async Task SendAsync(HttpContext context, byte[] content, string etag)
    {
        context.Response.Headers.ETag = new EntityTagHeaderValue($"\"{etag}\"").ToString();
        int from = RangeStart(context);
        if (context.Request.Headers.Range.Count > 0)
        {
            context.Response.StatusCode = from < content.Length ? 206 : 416;
            context.Response.Headers.ContentRange = from < content.Length
                ? $"bytes {from}-{content.Length - 1}/{content.Length}"
                : $"bytes */{content.Length}";
            if (from >= content.Length)
                return;
        }
        context.Response.ContentLength = content.Length - from;
        if (context.Request.Method != "HEAD")
            await context.Response.Body.WriteAsync(content.AsMemory(from));
    }

    public static void Refuse(HttpContext context, int status, string? code = null, string? message = null)
    {
        context.Response.StatusCode = status;
        if (code is not null)
            context.Response.Headers["X-Error-Code"] = code;
        if (message is not null)
            context.Response.Headers["X-Error-Message"] = message;
    }
}

/// <summary>A clock whose waits end at once and are written down.</summary>
internal sealed class InstantClock : TimeProvider
{
    private long _ticks;

    public List<TimeSpan> Waits { get; } = [];

    /// <summary>How far it goes each time that it is read; null where it goes as the system's.</summary>
    public TimeSpan? Step { get; init; }

    public override long TimestampFrequency => Step is null ? base.TimestampFrequency : TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Step is TimeSpan step ? Interlocked.Add(ref _ticks, step.Ticks) : base.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (Waits)
            Waits.Add(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
