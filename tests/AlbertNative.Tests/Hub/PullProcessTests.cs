using System.Diagnostics;

namespace AlbertNative.Tests.Hub;

/// <summary>Several <c>albert pull</c> processes and one cache.</summary>
public sealed class PullProcessTests
{
    private const string Weights = "model.safetensors";

    private static readonly string[] Needed = ["config.json", Weights, "spiece.model", "tokenizer_config.json"];

    private readonly FakeModel _model = FakeModel.Albert();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private FakeFile File => _model.Files[Weights];

    [Fact]
    public async Task Two_that_start_together_fetch_each_file_once()
    {
        await using FakeHub hub = await FakeHub.StartAsync(_model);
        TaskCompletionSource both = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int listings = 0;
        hub.Fault = async (context, file) =>
        {
            if (file is null && Interlocked.Increment(ref listings) == 2)
                both.SetResult();
            if (file is not null && context.Request.Method == "GET")
                await both.Task; // no content before both are there to want it
            return false;
        };
        using Process first = Pull(hub), second = Pull(hub);
        string[] folders = await Task.WhenAll(FolderOfAsync(first), FolderOfAsync(second));
        Assert.Equal(folders[0], folders[1]);
        Assert.Equal(Needed, Needed.Where(name => hub.Fetches(_model.Files[name], name) == 1));
        await VerifyAsync(hub, folders[0]);
    }

    [Fact]
    public async Task One_goes_on_where_another_was_killed()
    {
        await using FakeHub hub = await FakeHub.StartAsync(_model);
        TaskCompletionSource otherIsThere = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int described = 0, sent = 0;
        hub.Fault = async (context, file) =>
        {
            if (file != Weights)
                return false;
            if (context.Request.Method == "HEAD" && Interlocked.Increment(ref described) == 2)
                otherIsThere.SetResult();
            if (context.Request.Path != "/" + File.ETag || Interlocked.Increment(ref sent) > 1)
                return false;
            await FakeHub.StallAsync(context, File.Content, 100_000);
            return true;
        };
        using Process killed = Pull(hub);
        string incomplete = Path.Combine(hub.Folder(), "blobs", File.ETag + ".incomplete");
        while (new FileInfo(incomplete) is not { Exists: true, Length: 100_000 })
            await Task.Delay(20, Cancel);
        using Process survivor = Pull(hub);
        await otherIsThere.Task.WaitAsync(Cancel);
        Assert.False(survivor.HasExited); // it waits for the lock that the first holds
        killed.Kill();
        await killed.WaitForExitAsync(Cancel);

        string folder = await FolderOfAsync(survivor);
        Assert.Equal([null, "bytes=100000-"], hub.Storage.Seen.Where(request => request.Path == "/" + File.ETag).Select(request => request.Range));
        await VerifyAsync(hub, folder);
    }

    [Fact]
    public async Task On_a_disk_without_locks_each_fetches_its_own_and_both_are_right()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "locks cannot be switched off there");
        await using FakeHub hub = await FakeHub.StartAsync(_model);
        TaskCompletionSource both = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int asked = 0;
        hub.Fault = async (context, file) =>
        {
            if (context.Request.Path != "/" + File.ETag)
                return false;
            if (Interlocked.Increment(ref asked) == 2)
                both.SetResult();
            context.Response.ContentLength = File.Content.Length;
            await context.Response.Body.WriteAsync(File.Content.AsMemory(0, 100_000));
            await context.Response.Body.FlushAsync();
            await both.Task; // both are in the middle of the same file
            await context.Response.Body.WriteAsync(File.Content.AsMemory(100_000));
            return true;
        };
        using Process first = Pull(hub, locks: false), second = Pull(hub, locks: false);
        string[] folders = await Task.WhenAll(FolderOfAsync(first), FolderOfAsync(second));
        Assert.Equal(folders[0], folders[1]);
        await VerifyAsync(hub, folders[0]);
    }

    private async Task VerifyAsync(FakeHub hub, string folder)
    {
        Assert.Equal(Path.Combine(hub.Folder(), "snapshots", _model.Commit), folder);
        Assert.Equal(Needed, Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (string name in Needed)
            Assert.Equal(_model.Files[name].Content, await System.IO.File.ReadAllBytesAsync(Path.Combine(folder, name), Cancel));
        Assert.Equal(Needed.Length, Directory.GetFiles(Path.Combine(hub.Folder(), "blobs")).Length);
        Assert.Empty(Directory.GetFiles(hub.Folder()));
    }

    private static async Task<string> FolderOfAsync(Process pull)
    {
        Task<string> error = pull.StandardError.ReadToEndAsync(Cancel);
        string output = await pull.StandardOutput.ReadToEndAsync(Cancel);
        await pull.WaitForExitAsync(Cancel);
        Assert.True(pull.ExitCode == 0, await error);
        return output.TrimEnd('\n');
    }

    private static Process Pull(FakeHub hub, bool locks = true)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "albert.dll"), "pull", "org/albert"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("HF_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        start.Environment["HF_ENDPOINT"] = hub.Hub.Address.ToString();
        start.Environment["HF_HUB_CACHE"] = hub.Cache;
        start.Environment["HF_HOME"] = hub.Cache; // where no token is
        start.Environment["DOTNET_SYSTEM_IO_DISABLEFILELOCKING"] = locks ? "0" : "1";
        return Process.Start(start)!;
    }
}
