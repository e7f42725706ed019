using System.Text;
using AlbertNative.Serving;

namespace AlbertNative.Tests.Serving;

public sealed class ClientDirectoryTests
{
    [Fact]
    public void A_key_names_its_client()
    {
        ClientOptions search = new() { Name = "search", Models = ["a"] };
        ClientDirectory directory = new([ApiKey.Of(search, "first"), ApiKey.Of(search with { Models = ["a"] }, "second"), ApiKey.Of(new() { Name = "other" }, "third")]);
        Assert.True(directory.HasKeys);
        ServingClient client = directory.Authenticate("first")!;
        Assert.Equal("search", client.Name);
        Assert.True(client.MayUse("a"));
        Assert.False(client.MayUse("b"));
        // Keys with the same options are one client's, with one share and one quota.
        Assert.Same(client, directory.Authenticate("second"));
        Assert.Equal("other", directory.Authenticate("third")!.Name);
        foreach (string wrong in (string[])["", "firs", "first ", "First", new string('x', 5000), "\ud800"])
            Assert.Null(directory.Authenticate(wrong));
        Assert.Equal(["search", "other"], directory.Names);
    }

    [Fact]
    public void Replacing_keys_keeps_what_is_left_of_quotas()
    {
        SimulatedClock clock = new();
        ClientOptions limited = new() { Name = "limited", TokensPerMinute = 100 };
        ClientDirectory directory = new([ApiKey.Of(limited, "k")], clock);
        ServingClient client = directory.Authenticate("k")!;
        client.TakeQuota(1, 60);
        directory.Replace([ApiKey.Of(limited, "k2"), ApiKey.Of(new() { Name = "new" }, "n")]);
        Assert.Null(directory.Authenticate("k"));
        Assert.Same(client, directory.Authenticate("k2"));
        Assert.Equal(40, client.Tokens!.Value.Remaining);
        directory.Replace([ApiKey.Of(limited with { TokensPerMinute = 1000 }, "k2")]);
        Assert.Equal(1000, directory.Authenticate("k2")!.Tokens!.Value.Remaining);
        Assert.Throws<ArgumentException>(() => directory.Replace([ApiKey.Of(limited, "same"), ApiKey.Of(new() { Name = "b" }, "same")]));
        Assert.Throws<ArgumentException>(() => directory.Replace([new ApiKey(limited, new byte[31])]));
        Assert.Throws<ArgumentException>(() => directory.Replace([ApiKey.Of(new() { Name = "zero", Weight = 0 }, "z")]));
        Assert.NotNull(directory.Authenticate("k2"));
    }

    [Fact]
    public void Addresses_are_clients_and_memory_is_bounded()
    {
        ClientDirectory directory = new([]);
        Assert.False(directory.HasKeys);
        ServingClient busy = directory.Anonymous("192.0.2.1");
        busy.Running = 1;
        Assert.Same(busy, directory.Anonymous("192.0.2.1"));
        Assert.NotSame(busy, directory.Anonymous("192.0.2.2"));
        for (int i = 0; i < 200_000; i++)
            directory.Anonymous(i.ToString());
        Assert.Same(busy, directory.Anonymous("192.0.2.1"));
        Assert.Equal("anonymous", busy.Name);
    }

    [Fact]
    public void A_file_of_keys_is_read()
    {
        string hash = Convert.ToHexStringLower(ApiKey.Of(new() { Name = "x" }, "secret").Sha256.Span);
        IReadOnlyList<ApiKey> keys = Parse($$"""
            [{"name": "search", "sha256": "{{hash}}", "models": ["a", "b"], "weight": 2.5, "tokens_per_minute": 1000,
              "requests_per_minute": 10, "max_concurrent": 3, "priority": "express", "admin": true},
             {"name": "rest", "sha256": "{{hash[..62]}}00", "models": null, "max_concurrent": null}]
            """);
        ClientOptions search = keys[0].Client;
        Assert.Equal((2.5, 1000L, 10L, 3, RequestPriority.Express, true),
            (search.Weight, search.TokensPerMinute, search.RequestsPerMinute, search.MaxConcurrent, search.Priority, search.IsAdmin));
        Assert.Equal(["a", "b"], search.Models!.Order());
        Assert.Equal("search", new ClientDirectory(keys).Authenticate("secret")!.Name);
        Assert.Equal(new ClientOptions { Name = "rest" }, keys[1].Client);
    }

    [Theory]
    [InlineData("{}", "expected an array")]
    [InlineData("[1]", "key 0 is no object")]
    [InlineData("[{\"name\": \"a\"}]", "sha256 is missing")]
    [InlineData("[{\"name\": \"a\", \"sha256\": \"00\"}]", "not 64 hexadecimal digits")]
    [InlineData("[{\"name\": \"a\", \"sha256\": \"xx\"}]", "sha256 makes no sense")]
    [InlineData("[{\"name\": \"a\", \"speed\": 1}]", "speed makes no sense")]
    [InlineData("[{\"name\": \"a\", \"weight\": \"much\"}]", "weight makes no sense")]
    [InlineData("[{\"name\": \"a\", \"priority\": \"first\"}]", "priority makes no sense")]
    [InlineData("[{\"name\": \"a\", \"name\": \"b\"}]", "not JSON")]
    [InlineData("[{\"name\": \"\", \"sha256\": \"HASH\"}]", "key 0")]
    [InlineData("[{\"name\": \"a\", \"sha256\": \"HASH\", \"weight\": 0}]", "the weight is 0")]
    [InlineData("[{\"name\": \"a\", \"sha256\": \"HASH\", \"max_concurrent\": 0}]", "MaxConcurrent is 0")]
    [InlineData("[secret", "not JSON, line 1")]
    public void A_file_that_makes_no_sense_is_refused(string json, string message)
    {
        FormatException e = Assert.Throws<FormatException>(() => Parse(json.Replace("HASH", new string('a', 64), StringComparison.Ordinal)));
        Assert.Contains(message, e.Message);
        Assert.DoesNotContain("secret", e.Message);
    }

    private static IReadOnlyList<ApiKey> Parse(string json) => ApiKeyFile.Parse(Encoding.UTF8.GetBytes(json), "keys.json");
}
