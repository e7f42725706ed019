using System.Diagnostics;
using AlbertNative.Hub;
using AlbertNative.Hub.Cache;

namespace AlbertNative.Tests.Hub;

public sealed class ConcurrencyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Clients_that_start_together_fetch_each_file_once(bool links)
    {
        FakeModel model = FakeModel.Albert();
        await using FakeHub hub = await FakeHub.StartAsync(model);
        hub.Fault = async (context, _) =>
        {
            if (context.Request.Method == "GET")
                await Task.Delay(20); // long enough for all to be on their way
            return false;
        };
        HubClient[] clients = [.. Enumerable.Range(0, 4).Select(_ => hub.Client(links: links))];
        string[] snapshots = await Task.WhenAll(clients.Select(client => client.DownloadAsync("org/albert", cancellationToken: Cancel)));
        Assert.Single(snapshots.Distinct());
        foreach (string name in new[] { "config.json", "model.safetensors", "spiece.model" })
        {
            Assert.Equal(1, hub.Fetches(model.Files[name], name));
            Assert.Equal(model.Files[name].Content, await File.ReadAllBytesAsync(Path.Combine(snapshots[0], name), Cancel));
        }
        Assert.Empty(Directory.GetFiles(hub.Folder()));
        foreach (HubClient client in clients)
            client.Dispose();
    }

    [Fact]
    public async Task The_lock_of_another_process_is_waited_for()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/flock"), "needs a program that locks files");
        string folder = Directory.CreateTempSubdirectory("albert-hub-").FullName;
        string path = Path.Combine(folder, "blob.lock");
        using Process holder = Process.Start(new ProcessStartInfo("/usr/bin/flock", ["-x", path, "sh", "-c", "echo held; cat"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(Cancel));

        using CancellationTokenSource impatient = new(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => BlobLock.AcquireAsync(path, impatient.Token));
        Task<BlobLock> waiting = BlobLock.AcquireAsync(path, Cancel);
        Assert.False(waiting.IsCompleted);
        holder.StandardInput.Close();
        await holder.WaitForExitAsync(Cancel);
        (await waiting.WaitAsync(TimeSpan.FromSeconds(30), Cancel)).Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_lock_is_free_again_once_disposed()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("albert-hub-").FullName, "deep", "blob.lock");
        BlobLock first = await BlobLock.AcquireAsync(path, Cancel);
        Task<BlobLock> second = BlobLock.AcquireAsync(path, Cancel);
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second).Dispose();
        Directory.Delete(Path.GetDirectoryName(Path.GetDirectoryName(path))!, recursive: true);
    }
}
