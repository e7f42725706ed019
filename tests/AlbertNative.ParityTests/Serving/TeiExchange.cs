using System.Text;
using System.Text.Json;

namespace AlbertNative.ParityTests.Serving;

/// <summary>A server of the recordings: how text-embeddings-inference was started.</summary>
internal sealed record TeiServer(string Name, string Model, IReadOnlyDictionary<string, string> Arguments, IReadOnlyDictionary<string, string> Environment);

/// <summary>A request to it, and its answer.</summary>
internal sealed record TeiExchange(string Id, string Server, JsonElement Line)
{
    public string Method => Line.GetProperty("method").GetString()!;

    public string Path => Line.GetProperty("path").GetString()!;

    public IEnumerable<KeyValuePair<string, string>> Headers =>
        Line.GetProperty("headers").EnumerateObject().Select(header => KeyValuePair.Create(header.Name, header.Value.GetString()!));

    /// <summary>The status; null where the server died.</summary>
    public int? Status => Line.GetProperty("status") is { ValueKind: JsonValueKind.Number } status ? status.GetInt32() : null;

    /// <summary>The answer as JSON; undefined where it was none.</summary>
    public JsonElement Response => Line.TryGetProperty("response", out JsonElement response) ? response : default;

    public string? ResponseHeader(string name) =>
        Line.TryGetProperty("response_headers", out JsonElement headers) && headers.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    public byte[] Body
    {
        get
        {
            if (Line.TryGetProperty("body", out JsonElement text))
                return Encoding.UTF8.GetBytes(text.GetString()!);
            if (Line.TryGetProperty("body_base64", out JsonElement bytes))
                return bytes.GetBytesFromBase64();
            if (!Line.TryGetProperty("body_repeat", out JsonElement repeat))
                return [];
            StringBuilder body = new(repeat[0].GetString());
            body.Insert(body.Length, repeat[1].GetString()!, repeat[2].GetInt32()).Append(repeat[3].GetString());
            return Encoding.UTF8.GetBytes(body.ToString());
        }
    }

    /// <summary>Every exchange by its server, in their order.</summary>
    public static IReadOnlyDictionary<string, (TeiServer Server, List<TeiExchange> Exchanges)> ReadAll()
    {
        Dictionary<string, (TeiServer, List<TeiExchange>)> all = [];
        foreach (string file in Testing.SharedFolder.Files("goldens/serving", "tei-*.jsonl.gz").Where(file => !file.Contains(".grpc.", StringComparison.Ordinal)))
        {
            foreach (JsonElement line in GoldenLines.Read(file))
            {
                string server = line.GetProperty("server").GetString()!;
                if (line.TryGetProperty("args", out JsonElement arguments))
                    all[server] = (new(server, line.GetProperty("model").GetString()!, Pairs(arguments), Texts(line.GetProperty("env"))), []);
                else
                    all[server].Item2.Add(new(line.GetProperty("id").GetString()!, server, line));
            }
        }
        return all;
    }

    private static Dictionary<string, string> Pairs(JsonElement arguments) => arguments.EnumerateArray().Chunk(2)
        .ToDictionary(pair => pair[0].GetString()!, pair => pair[1].GetString()!);

    private static Dictionary<string, string> Texts(JsonElement texts) =>
        texts.EnumerateObject().ToDictionary(text => text.Name, text => text.Value.GetString()!);
}
