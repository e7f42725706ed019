using AlbertNative.Hub;

namespace AlbertNative.Tests.Hub;

public sealed class HubOptionsTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("albert-hub-home-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Theory]
    [InlineData(".cache/huggingface/hub")]
    [InlineData("x/huggingface/hub", "XDG_CACHE_HOME=~/x")]
    [InlineData("hf/hub", "XDG_CACHE_HOME=~/x", "HF_HOME=~/hf")]
    [InlineData("c", "XDG_CACHE_HOME=~/x", "HF_HOME=~/hf", "HF_HUB_CACHE=~/c")]
    [InlineData("old", "HUGGINGFACE_HUB_CACHE=$HOME/old", "USERPROFILE=ignored")]
    [InlineData("a/b", "SUB=b", "HF_HUB_CACHE=${HOME}/a/$SUB")]
    [InlineData("$UNSET/c", "HF_HUB_CACHE=~/$UNSET/c")]
    [InlineData(".cache/huggingface/hub", "HF_HOME=", "HF_HUB_CACHE= ")]
    public void The_cache_is_where_the_Python_library_looks(string expected, params string[] variables)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the paths are written in Unix's form");
        Assert.Equal(Path.Combine(_home, expected), Read(variables).CacheDirectory);
    }

    [Fact]
    public void Without_variables_the_public_hub_is_used_online_and_without_a_token()
    {
        HubOptions options = Read();
        Assert.Equal("https://huggingface.co/", options.Endpoint.AbsoluteUri);
        Assert.Null(options.Token);
        Assert.False(options.Offline);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("on", true)]
    [InlineData("YES", true)]
    [InlineData("True", true)]
    [InlineData("0", false)]
    [InlineData("", false)]
    [InlineData("no", false)]
    public void Offline_is_what_the_library_takes_for_true(string value, bool expected)
        => Assert.Equal(expected, Read("HF_HUB_OFFLINE=" + value).Offline);

    [Fact]
    public void The_token_comes_from_its_variable_then_from_its_file()
    {
        WriteToken("hf_file\n");
        File.WriteAllText(Path.Combine(_home, "other"), "hf_other");
        Assert.Equal("hf_variable", Read("HF_TOKEN= hf_variable\n", "HF_TOKEN_PATH=~/other").Token);
        Assert.Equal("hf_other", Read("HF_TOKEN=", "HF_TOKEN_PATH=~/other").Token);
        Assert.Equal("hf_file", Read().Token);
        Assert.Null(Read("HF_TOKEN_PATH=~/absent").Token);
    }

    [Fact]
    public void No_token_is_taken_from_the_environment_that_says_so()
    {
        WriteToken("hf_file");
        HubOptions options = Read("HF_HUB_DISABLE_IMPLICIT_TOKEN=1", "HF_TOKEN=hf_variable");
        Assert.Null(options.Token);
        Assert.Equal("hf_given", (options with { Token = "hf_given" }).Token);
    }

    [Fact]
    public void The_token_file_is_read_when_the_token_is_first_asked_for()
    {
        HubOptions options = Read();
        HubOptions copy = options with { Offline = true };
        WriteToken("hf_late");
        Assert.EndsWith($"with the token of {TokenPath}", options.ToString());
        Assert.Equal("hf_late", copy.Token);
        Assert.Equal(options, Read());
        Assert.Null((options with { Token = null }).Token);
    }

    [Fact]
    public async Task A_token_file_that_cannot_be_used_hinders_nobody_who_is_offline()
    {
        WriteToken("hf_secret\nX: y");
        using (HubClient offline = new(Read("HF_HUB_OFFLINE=1")))
            Assert.Equal(HubFailure.Offline, (await Assert.ThrowsAsync<HubException>(() => offline.DownloadAsync("org/albert", cancellationToken: TestContext.Current.CancellationToken))).Failure);
        using HubClient online = new(Read());
        Assert.Null(online.TryFindCached("org/albert"));
        HubException e = await Assert.ThrowsAsync<HubException>(() => online.DownloadAsync("org/albert", cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(HubFailure.Storage, e.Failure);
        Assert.Contains(TokenPath, e.Message);
        Assert.DoesNotContain("hf_secret", e.ToString());
    }

    [Theory]
    [InlineData("huggingface.co")]
    [InlineData("ftp://huggingface.co")]
    [InlineData("file:///etc")]
    public void An_endpoint_that_is_no_web_address_is_refused_by_name(string endpoint)
        => Assert.Contains("HF_ENDPOINT", Assert.Throws<ArgumentException>(() => Read("HF_ENDPOINT=" + endpoint)).Message);

    [Fact]
    public void Options_that_would_leak_or_break_are_refused_without_showing_the_token()
    {
        Refuses(new HubOptions { CacheDirectory = _home, Endpoint = new Uri("https://user:hf_secret@h/") });
        Refuses(new HubOptions { CacheDirectory = _home, Token = "hf_secret\r\nX: y" });
        Refuses(new HubOptions { CacheDirectory = _home, Handler = new SocketsHttpHandler() });
        Refuses(new HubOptions { CacheDirectory = _home, Handler = new Passing(new Passing(new SocketsHttpHandler())) });
        Refuses(new HubOptions { CacheDirectory = _home, Handler = new Passing(new HttpClientHandler()) });
        Refuses(new HubOptions { CacheDirectory = _home, MaxAttempts = 0 });
        Refuses(new HubOptions { CacheDirectory = " " });
        new HubClient(new HubOptions { CacheDirectory = _home, Handler = new Passing(new SocketsHttpHandler { AllowAutoRedirect = false }) }).Dispose();
        Assert.Equal(
            $"https://huggingface.co/, cache {_home}, with a token, offline",
            new HubOptions { CacheDirectory = _home, Token = "hf_secret", Offline = true }.ToString());
    }

    private static void Refuses(HubOptions options)
        => Assert.DoesNotContain("hf_secret", Assert.ThrowsAny<ArgumentException>(() => new HubClient(options)).Message);

    private string TokenPath => Path.Combine(_home, ".cache", "huggingface", "token");

    private void WriteToken(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(TokenPath)!);
        File.WriteAllText(TokenPath, text);
    }

    private HubOptions Read(params string[] variables)
    {
        Dictionary<string, string> environment = new() { ["HOME"] = _home, ["USERPROFILE"] = _home };
        foreach (string[] pair in variables.Select(variable => variable.Split('=', 2)))
            environment[pair[0]] = pair[1];
        return HubOptions.FromEnvironment(name => environment.GetValueOrDefault(name));
    }

    private sealed class Passing(HttpMessageHandler inner) : DelegatingHandler(inner);
}
