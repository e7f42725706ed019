using AlbertNative.Testing;
using AlbertNative.Tests.Cli;
using AlbertNative.Tests.Hub;

namespace AlbertNative.Tests.Docs;

/// <summary>
/// Where the pages' examples run: a temporary folder with links to what a repository's root has and to a model's
/// directory, as the process's current one, and a hub on loopback that has the pages' model. Both models have the
/// shipped one's content. Folder and hub belong to the whole process, so these tests run alone.
/// </summary>
public sealed class WorkingFolder : IAsyncLifetime
{
    public const string Collection = "documentation";

    private const string ModelFolder = "albert-base-v2";

    private const string HubModel = "m3hrdadfi/albert-fa-base-v2";

    private readonly string _folderBefore = Environment.CurrentDirectory;
    private readonly Dictionary<string, string?> _variablesBefore = [];
    private readonly string _path = Directory.CreateTempSubdirectory("albert-docs-").FullName;
    private readonly string _models = Directory.CreateTempSubdirectory("albert-docs-models-").FullName;
    private FakeHub? _hub;

    public async ValueTask InitializeAsync()
    {
        foreach (string folder in (string[])["weights", "samples", "docs", "src"])
            Directory.CreateSymbolicLink(Path.Combine(_path, folder), Path.Combine(SharedFolder.Repository, folder));
        Environment.CurrentDirectory = _path;

        string exported = Path.Combine(_models, ModelFolder);
        FakeModel model = new(HubModel, FakeModel.FirstCommit);
        Assert.Equal(0, CliRun.Of("export", ShippedModels.Nano, exported).ExitCode);
        foreach (string file in Directory.EnumerateFiles(exported))
            model.AddLarge(Path.GetFileName(file), await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
        Directory.CreateSymbolicLink(ModelFolder, exported);
        _hub = await FakeHub.StartAsync(model);
        Set("HF_ENDPOINT", _hub.Hub.Address.ToString());
        Set("HF_HUB_CACHE", _hub.Cache);
        Set("HF_TOKEN", null);
        Set("HF_HUB_OFFLINE", null);
    }

    /// <summary>Removes what examples have written.</summary>
    public void Clear()
    {
        foreach (FileSystemInfo entry in new DirectoryInfo(_path).EnumerateFileSystemInfos().Where(entry => entry.LinkTarget is null))
        {
            if (entry is DirectoryInfo directory)
                directory.Delete(recursive: true);
            else
                entry.Delete();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Environment.CurrentDirectory = _folderBefore;
        foreach ((string name, string? value) in _variablesBefore)
            Environment.SetEnvironmentVariable(name, value);
        if (_hub is not null)
            await _hub.DisposeAsync();
        Clear();
        foreach (FileSystemInfo link in new DirectoryInfo(_path).EnumerateFileSystemInfos())
            link.Delete();
        Directory.Delete(_path);
        Directory.Delete(_models, recursive: true);
    }

    private void Set(string name, string? value)
    {
        _variablesBefore[name] = Environment.GetEnvironmentVariable(name);
        Environment.SetEnvironmentVariable(name, value);
    }
}

/// <summary>Gives the folder to its tests, and keeps others from running beside them.</summary>
[CollectionDefinition(WorkingFolder.Collection, DisableParallelization = true)]
public sealed class WorkingFolderCollection : ICollectionFixture<WorkingFolder>;
