using System.Text.RegularExpressions;
using AlbertNative.Server.Page;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Server;

/// <summary>The page at <c>/ui</c> as a browser fetches it.</summary>
public sealed partial class PageRouteTests
{
    [Fact]
    public async Task The_page_and_all_that_it_asks_for_come_from_the_server_and_may_ask_nobody_else()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartUnreadyAsync();

        RawAnswer page = await server.GetAsync("/ui");
        Assert.Equal((200, "text/html; charset=utf-8"), (page.Status, page.Headers["content-type"]));
        HashSet<string> asked = [.. Reference().Matches(page.Text).Select(reference => reference.Groups[1].Value)];
        foreach (PageFile script in PageFile.All.Where(file => file.Key.EndsWith(".js", StringComparison.Ordinal)).Select(file => file.Value))
            asked.UnionWith(Import().Matches(System.Text.Encoding.UTF8.GetString(script.Bytes)).Select(import => "ui/" + import.Groups[1].Value));

        Assert.Equal(PageFile.All.Keys.Where(name => name != PageFile.First).Select(name => "ui/" + name).Order(), asked.Order());
        foreach (string path in asked.Append("ui"))
        {
            RawAnswer file = await server.GetAsync("/" + path);
            Assert.True(file.Status == 200, path);
            Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", file.Headers["content-security-policy"], StringComparison.Ordinal);
            Assert.Equal(("nosniff", "no-referrer", "no-cache"), (file.Headers["x-content-type-options"], file.Headers["referrer-policy"], file.Headers["cache-control"]));
            Assert.DoesNotMatch("https?://(?!www\\.w3\\.org/2000/svg)", file.Text);
        }
    }

    [Fact]
    public async Task A_browser_that_has_the_page_is_told_so()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartUnreadyAsync();
        RawAnswer first = await server.GetAsync("/ui");
        string tag = first.Headers["etag"];

        RawAnswer same = await server.GetAsync("/ui", ("if-none-match", $"\"other\", W/{tag}"));
        RawAnswer other = await server.GetAsync("/ui", ("if-none-match", "\"other\""));
        RawAnswer malformed = await server.GetAsync("/ui", ("if-none-match", "other"));

        Assert.Equal((304, 0, tag), (same.Status, same.Body.Length, same.Headers["etag"]));
        Assert.Equal((200, first.Text), (other.Status, other.Text));
        Assert.Equal(200, malformed.Status);
        Assert.NotEqual(tag, (await server.GetAsync("/ui/page.js")).Headers["etag"]);
    }

    [Fact]
    public async Task A_browser_at_the_root_is_sent_to_the_page_and_a_probe_is_not()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();

        RawAnswer browser = await server.GetAsync("/", ("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"));
        RawAnswer probe = await server.GetAsync("/", ("accept", "*/*"));

        Assert.Equal((302, "ui"), (browser.Status, browser.Headers["location"]));
        Assert.Equal((200, 0), (probe.Status, probe.Body.Length));
    }

    [Fact]
    public async Task There_is_no_page_where_the_operator_wants_none()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("no-ui", ""));

        Assert.Equal(404, (await server.GetAsync("/ui")).Status);
        Assert.Equal(404, (await server.GetAsync("/ui/page.js")).Status);
        Assert.Equal(200, (await server.GetAsync("/", ("accept", "text/html"))).Status);
    }

    [Fact]
    public async Task Where_there_are_keys_the_page_needs_one_unless_it_is_public()
    {
        await using LoopbackServerApp closed = await LoopbackServerApp.StartUnreadyAsync(("api-key", "one"));
        await using LoopbackServerApp open = await LoopbackServerApp.StartUnreadyAsync(("api-key", "one"), ("public", "ui"));

        Assert.Equal(401, (await closed.GetAsync("/ui")).Status);
        Assert.Equal(200, (await closed.GetAsync("/ui", ("x-api-key", "one"))).Status);
        Assert.Equal(200, (await open.GetAsync("/ui")).Status);
        Assert.Equal(200, (await open.GetAsync("/ui/tasks.js")).Status);
        Assert.Equal(401, (await open.GetAsync("/v1/models")).Status);
    }

    [Theory]
    [InlineData("POST", "/ui", 405)]
    [InlineData("GET", "/ui/", 404)]
    [InlineData("GET", "/ui/index.html", 404)]
    [InlineData("GET", "/ui/../etc/passwd", 404)]
    [InlineData("GET", "/UI", 404)]
    public async Task There_is_nothing_else_below_it(string method, string path, int status)
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartUnreadyAsync();

        RawAnswer answer = await RawHttp.SendAsync(server.EndPoint, method, path, [new("content-length", "0")], [], TestContext.Current.CancellationToken);

        Assert.Equal(status, answer.Status);
    }

    [GeneratedRegex("(?:href|src)=\"(?!#)([^\"]*)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("from \"\\./([^\"]*)\"")]
    private static partial Regex Import();
}
