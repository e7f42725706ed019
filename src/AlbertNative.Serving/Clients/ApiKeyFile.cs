using System.Text.Json;

namespace AlbertNative.Serving;

/// <summary>
/// A file of keys: a JSON array of objects with <c>name</c>, <c>sha256</c> (in hexadecimal), and where they are to differ from
/// the defaults <c>models</c>, <c>weight</c>, <c>tokens_per_minute</c>, <c>requests_per_minute</c>, <c>max_concurrent</c>,
/// <c>priority</c> (<c>express</c>, <c>normal</c>, <c>bulk</c>) and <c>admin</c>.
/// </summary>
public static class ApiKeyFile
{
    private const long MostBytes = 16 << 20;

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">It is no such file; names the key and the field.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<ApiKey> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (new FileInfo(path).Length > MostBytes)
            throw new FormatException($"{path}: a file of keys has at most {MostBytes} bytes");
        return Parse(File.ReadAllBytes(path), path);
    }

    /// <summary>Reads the contents of such a file.</summary>
    /// <param name="json">The contents, UTF-8.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="FormatException">They are not; names the key and the field.</exception>
    public static IReadOnlyList<ApiKey> Parse(ReadOnlyMemory<byte> json, string name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Array)
                throw new FormatException($"{name}: expected an array of keys");
            List<ApiKey> keys = [];
            foreach (JsonElement element in document.RootElement.EnumerateArray())
                keys.Add(KeyOf(element, $"{name}: key {keys.Count}"));
            return keys;
        }
        catch (JsonException e)
        {
            // Its message may quote what stands there.
            throw new FormatException($"{name}: not JSON, line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}");
        }
    }

    private static ApiKey KeyOf(JsonElement element, string place)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new FormatException($"{place} is no object");
        ClientOptions client = new() { Name = "" };
        byte[]? hash = null;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            try
            {
                if (property.NameEquals("sha256"))
                    hash = Convert.FromHexString(property.Value.GetString() ?? "");
                else
                    client = With(client, property) ?? throw new FormatException("there is no such field");
            }
            catch (Exception e) when (e is FormatException or InvalidOperationException or ArgumentException)
            {
                throw new FormatException($"{place}: {property.Name} makes no sense");
            }
        }
        if (hash is not { Length: 32 })
            throw new FormatException($"{place}: sha256 is missing, or not 64 hexadecimal digits");
        try
        {
            client.Validate();
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"{place}: {e.Message}");
        }
        return new ApiKey(client, hash);
    }

    /// <summary>The options with one field of the file; null where there is no such field.</summary>
    private static ClientOptions? With(ClientOptions client, JsonProperty property)
    {
        JsonElement value = property.Value;
        bool isNull = value.ValueKind == JsonValueKind.Null;
        return property.Name switch
        {
            "name" => client with { Name = value.GetString() ?? "" },
            "models" => client with { Models = isNull ? null : [.. value.EnumerateArray().Select(model => model.GetString() ?? throw new FormatException())] },
            "weight" => client with { Weight = value.GetDouble() },
            "tokens_per_minute" => client with { TokensPerMinute = isNull ? null : value.GetInt64() },
            "requests_per_minute" => client with { RequestsPerMinute = isNull ? null : value.GetInt64() },
            "max_concurrent" => client with { MaxConcurrent = isNull ? null : value.GetInt32() },
            "priority" => client with
            {
                Priority = value.GetString() switch
                {
                    "express" => RequestPriority.Express,
                    "normal" => RequestPriority.Normal,
                    "bulk" => RequestPriority.Bulk,
                    _ => throw new FormatException(),
                },
            },
            "admin" => client with { IsAdmin = value.GetBoolean() },
            _ => null,
        };
    }
}
