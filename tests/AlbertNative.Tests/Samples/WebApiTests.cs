using System.Net;
using System.Text;
using System.Text.Json;

namespace AlbertNative.Tests.Samples;

/// <summary>samples/WebApi answers.</summary>
public sealed class WebApiTests(WebApiServer server) : IClassFixture<WebApiServer>
{
    private readonly HttpClient _client = server.Client;

    [Fact]
    public async Task Answers_every_request()
    {
        Assert.Equal("Healthy", await _client.GetStringAsync("/health", TestContext.Current.CancellationToken));

        JsonElement embedded = await Post("/embed", """{"texts": ["king", "شاه"]}""");
        Assert.Equal([192, 192], embedded.GetProperty("vectors").EnumerateArray().Select(vector => vector.GetArrayLength()));
        Assert.True(embedded.GetProperty("tokens").GetInt32() >= 6);

        JsonElement filled = await Post("/fill-mask", """{"text": "The king of [MASK] went up to Jerusalem.", "topK": 2}""");
        Assert.Equal(["israel", "judah"], filled[0].EnumerateArray().Select(fill => fill.GetProperty("text").GetString()));

        JsonElement tagged = await Post("/tag", """{"text": "شاه به تهران رفت"}""");
        Assert.Equal(["شاه", "به", "تهران", "رفت"], tagged.EnumerateArray().Select(word => word.GetProperty("word").GetString()));
        Assert.Equal("VERB", tagged[3].GetProperty("label").GetString());
    }

    [Theory]
    [InlineData("/fill-mask", """{"text": "nothing is masked"}""", "[MASK]")]
    [InlineData("/fill-mask", "{}", "")]
    [InlineData("/embed", """{"texts": [null]}""", "")]
    [InlineData("/tag", "king", "")]
    public async Task A_bad_request_is_told_so(string path, string body, string detail)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _client.PostAsync(path, content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(detail, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private async Task<JsonElement> Post(string path, string body)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _client.PostAsync(path, content, TestContext.Current.CancellationToken);
        string answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, answer);
        return JsonDocument.Parse(answer).RootElement;
    }
}
