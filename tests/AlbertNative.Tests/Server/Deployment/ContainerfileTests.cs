using System.Diagnostics;
using System.Globalization;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Hosting;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;

namespace AlbertNative.Tests.Server.Deployment;

/// <summary>The container's recipe, as far as it can be held against the program without building it.</summary>
public sealed class ContainerfileTests
{
    private const string Program = "/app/albert-serve";

    [Fact]
    public void What_runs_has_no_shell_and_is_not_root()
    {
        ContainerRecipe last = ContainerRecipe.Last;

        Assert.EndsWith("-chiseled", last.The("FROM"), StringComparison.Ordinal);
        Assert.Empty(last.All("RUN"));
        Assert.True(int.Parse(last.The("USER"), CultureInfo.InvariantCulture) > 0);
        Assert.Equal([Program], ContainerRecipe.Words(last.The("ENTRYPOINT")));
        Assert.Equal([Program, "--check-health"], ContainerRecipe.Words(last.The("HEALTHCHECK")));
        Assert.Equal("SIGTERM", last.The("STOPSIGNAL"));
    }

    [Fact]
    public void What_is_copied_exists()
    {
        string[][] copies = [.. ContainerRecipe.Last.All("COPY").Select(line => line.Split(' ')).Where(words => !words[0].StartsWith("--from=", StringComparison.Ordinal))];
        Assert.NotEmpty(copies);
        Assert.All(copies.SelectMany(words => words[..^1]), file => Assert.True(File.Exists(Path.Combine(SharedFolder.Repository, file)), file));
        Assert.Contains("tools/publish.sh", ContainerRecipe.Read()[0].The("RUN"), StringComparison.Ordinal);
    }

    [Fact]
    public void Its_variables_are_settings_and_its_ports_theirs()
    {
        OptionsReader reader = new();
        reader.ReadEnvironment(ContainerRecipe.Last.Variables);
        ServerOptions options = reader.Build();

        Assert.Equal([options.Http.Port, options.Grpc!.Port], ContainerRecipe.Last.The("EXPOSE").Split(' ').Select(port => int.Parse(port, CultureInfo.InvariantCulture)));
        Assert.Equal("/models/albert-nano.safetensors", Assert.Single(options.Models).Path);
    }

    [Fact]
    public void It_is_of_this_version() => Assert.Contains(
        $"org.opencontainers.image.version=\"{ServerVersion.Text}\"", ContainerRecipe.Last.The("LABEL"), StringComparison.Ordinal);

    [Fact]
    public async Task Its_entry_point_serves_from_an_empty_folder_with_its_variables_alone_and_its_check_tells()
    {
        using TemporaryFolder folder = new();
        using Process server = Run(folder.Path, "127.0.0.1:0");
        (Uri address, Task<string> log) = await ServerProgram.ListenAsync(server);
        using HttpClient client = new() { BaseAddress = address };
        await ServerProgram.WaitUntilReadyAsync(client);

        // A machine that is busy may not answer in a check's time, for which whoever checks has several.
        int code = 1;
        for (int check = 0; check < 10 && code != 0; check++)
            code = await CheckAsync(folder.Path, address.Authority);
        Assert.Equal(0, code);
        Assert.Contains("\"nano\"", await client.GetStringAsync(new Uri("/v1/models", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        ServerProgram.Signal(server, "TERM");
        while ((await client.GetAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken)).IsSuccessStatusCode)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(1, await CheckAsync(folder.Path, address.Authority));
        ServerProgram.Signal(server, "TERM");
        await server.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, await CheckAsync(folder.Path, address.Authority));
        Assert.True(server.ExitCode == 0 || OperatingSystem.IsWindows(), await log);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    private static async Task<int> CheckAsync(string folder, string address)
    {
        using Process check = Run(folder, address, ContainerRecipe.Words(ContainerRecipe.Last.The("HEALTHCHECK"))[1..]);
        await check.WaitForExitAsync(TestContext.Current.CancellationToken);
        return check.ExitCode;
    }

    /// <summary>The program with the image's variables, but for where it listens and where its models lie here.</summary>
    private static Process Run(string folder, string address, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "albert-serve.dll"), .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string variable in start.Environment.Keys.Where(name => name is not "PATH" and not "DOTNET_ROOT").ToArray())
            start.Environment.Remove(variable);
        start.Environment["HOME"] = folder;
        foreach ((string name, string value) in ContainerRecipe.Last.Variables)
            start.Environment[name] = value.Replace("/models", Path.Combine(SharedFolder.Repository, "weights"), StringComparison.Ordinal);
        start.Environment["ALBERT_HTTP"] = address;
        start.Environment["ALBERT_GRPC"] = "127.0.0.1:0";
        return Process.Start(start)!;
    }
}
