using System.Text.Json;

namespace AlbertNative.ParityTests.Serving;

/// <summary>Compares answers: shapes, names and texts exactly, numbers within a tolerance.</summary>
/// <param name="tolerance">The largest difference of two numbers.</param>
/// <param name="isInfo">Whether names and kinds are compared alone: values that describe the server are its own.</param>
internal sealed class JsonComparison(double tolerance, bool isInfo)
{
    /// <summary>Every difference, by its place.</summary>
    public IEnumerable<string> Differences(JsonElement expected, JsonElement found, string path)
    {
        if (expected.ValueKind == JsonValueKind.Object && found.ValueKind == JsonValueKind.Object)
            return Objects(expected, found, path);
        if (expected.ValueKind == JsonValueKind.Array && found.ValueKind == JsonValueKind.Array)
            return Arrays(expected, found, path);
        if (expected.ValueKind == JsonValueKind.String && expected.ValueEquals("*"u8))
            return []; // a time
        if (isInfo && path is not ("$.model_dtype" or "$.served_model_name" or "$.max_input_length" or "$.auto_truncate" or "$.max_client_batch_size")
            && !path.StartsWith("$.model_type", StringComparison.Ordinal))
        {
            return [];
        }
        if (expected.ValueKind == JsonValueKind.Number && found.ValueKind == JsonValueKind.Number)
        {
            double difference = Math.Abs(expected.GetDouble() - found.GetDouble());
            return difference <= tolerance ? [] : [$"{path}: {found} instead of {expected}"];
        }
        if (path.EndsWith(".embedding", StringComparison.Ordinal) && expected.ValueKind == JsonValueKind.String && found.ValueKind == JsonValueKind.String)
            return Vectors(expected.GetBytesFromBase64(), found.GetBytesFromBase64(), path);
        return expected.ValueKind == found.ValueKind && expected.ToString() == found.ToString() ? [] : [$"{path}: {found} instead of {expected}"];
    }

    private IEnumerable<string> Objects(JsonElement expected, JsonElement found, string path)
    {
        foreach (JsonProperty property in expected.EnumerateObject())
        {
            if (!found.TryGetProperty(property.Name, out JsonElement value))
            {
                yield return $"{path}.{property.Name} is missing";
                continue;
            }
            foreach (string difference in Differences(property.Value, value, $"{path}.{property.Name}"))
                yield return difference;
        }
        foreach (JsonProperty property in isInfo ? [] : found.EnumerateObject().Where(property => !expected.TryGetProperty(property.Name, out _)))
            yield return $"{path}.{property.Name} is too much";
    }

    private IEnumerable<string> Arrays(JsonElement expected, JsonElement found, string path)
    {
        if (expected.GetArrayLength() != found.GetArrayLength())
            return [$"{path} has {found.GetArrayLength()} entries instead of {expected.GetArrayLength()}"];
        return expected.EnumerateArray().Zip(found.EnumerateArray()).SelectMany((pair, i) => Differences(pair.First, pair.Second, $"{path}[{i}]"));
    }

    private IEnumerable<string> Vectors(byte[] expected, byte[] found, string path)
    {
        if (expected.Length != found.Length)
            return [$"{path} has {found.Length} bytes instead of {expected.Length}"];
        return Enumerable.Range(0, expected.Length / 4)
            .Where(i => Math.Abs(BitConverter.ToSingle(expected, 4 * i) - BitConverter.ToSingle(found, 4 * i)) > tolerance)
            .Select(i => $"{path}: number {i} differs");
    }
}
