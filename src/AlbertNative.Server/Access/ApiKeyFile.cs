using System.Collections.Immutable;
using System.Text.Json;

namespace AlbertNative.Server.Access;

/// <summary>
/// The file of keys: an array of <c>{"name", "sha256", "models"}</c>. It holds hashes alone, so that whoever reads it has no key.
/// </summary>
internal static class ApiKeyFile
{
    /// <summary>Reads the file.</summary>
    /// <exception cref="FormatException">It is malformed, or says something that is not supported; names the place.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ImmutableArray<ApiKey> Read(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(
                File.ReadAllBytes(path), new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Array)
                throw new FormatException($"{path}: expected an array of keys, found {document.RootElement.ValueKind}");
            ImmutableArray<ApiKey> keys = [.. document.RootElement.EnumerateArray().Select((key, i) => ReadKey(key, $"{path}: key {i}"))];
            return keys.Select(key => key.Name).Distinct().Count() == keys.Length
                ? keys
                : throw new FormatException($"{path}: two keys have one name");
        }
        catch (JsonException e)
        {
            throw new FormatException($"{path}: not JSON (line {e.LineNumber + 1})", e);
        }
    }

    private static ApiKey ReadKey(JsonElement key, string place)
    {
        if (key.ValueKind != JsonValueKind.Object)
            throw new FormatException($"{place}: expected an object, found {key.ValueKind}");
        string? name = null;
        ImmutableArray<byte>? hash = null;
        ImmutableHashSet<string>? models = null;
        foreach (JsonProperty property in key.EnumerateObject())
        {
            switch (property.Name)
            {
                case "name":
                    name = TextOf(property, place);
                    break;
                case "sha256":
                    hash = HashOf(TextOf(property, place), place);
                    break;
                case "models" when property.Value.ValueKind == JsonValueKind.Array
                    && property.Value.EnumerateArray().All(model => model.ValueKind == JsonValueKind.String):
                    models = [.. property.Value.EnumerateArray().Select(model => model.GetString()!)];
                    break;
                default:
                    throw new FormatException($"{place}: \"{property.Name}\" is not supported there; name, sha256 and models (an array of names) are");
            }
        }
        if (string.IsNullOrEmpty(name) || hash is null)
            throw new FormatException($"{place}: name and sha256 are needed");
        return new ApiKey(name, hash.Value, models);
    }

    private static string TextOf(JsonProperty property, string place) => property.Value.ValueKind == JsonValueKind.String
        ? property.Value.GetString()!
        : throw new FormatException($"{place}: \"{property.Name}\" must be a text");

    private static ImmutableArray<byte> HashOf(string hex, string place)
    {
        try
        {
            byte[] hash = Convert.FromHexString(hex);
            if (hash.Length == 32)
                return [.. hash];
        }
        catch (FormatException)
        {
            // Said below, as for a hash of another length.
        }
        throw new FormatException($"{place}: sha256 must be 64 hexadecimal digits");
    }
}
