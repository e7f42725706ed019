using System.Text.Json;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.OpenInference;

/// <summary>Requests in JSON, with tensors in it or as bytes behind it.</summary>
internal static class InferJson
{
    /// <summary>Reads a request.</summary>
    /// <param name="body">The JSON.</param>
    /// <param name="tail">What stands behind it: the binary tensors in their order, and nothing else.</param>
    /// <exception cref="RequestException">It is malformed.</exception>
    public static InferRequest Read(JsonElement body, ReadOnlyMemory<byte> tail)
    {
        JsonBody.Object(body, "the body");
        InferParameters parameters = InferParameters.Of(body, "parameters");
        JsonElement inputs = JsonBody.Required(body, "inputs");
        if (inputs.ValueKind != JsonValueKind.Array)
            throw JsonBody.WrongType("inputs", "an array", inputs);
        List<InferTensor> tensors = [];
        foreach (JsonElement input in inputs.EnumerateArray())
            tensors.Add(Input(input, $"inputs[{tensors.Count}]", ref tail));
        if (!tail.IsEmpty)
            throw new RequestException(ErrorKind.Invalid, $"{tail.Length} bytes stand behind the JSON that are no input's");
        return new InferRequest
        {
            Id = JsonBody.OptionalText(body, "id"),
            Parameters = parameters,
            Inputs = tensors,
            Outputs = Outputs(body),
        };
    }

    /// <summary>A request whose body is its only text.</summary>
    /// <exception cref="RequestException">It is not UTF-8.</exception>
    public static InferRequest OfText(ReadOnlySpan<byte> utf8) => new()
    {
        Parameters = new(new Dictionary<string, object>(), "parameters"),
        Inputs = [InferTensor.Vector(InferTexts.Text, new[] { TensorBytes.Text(utf8, "the body") })],
    };

    private static InferTensor Input(JsonElement input, string path, ref ReadOnlyMemory<byte> tail)
    {
        JsonBody.Object(input, path);
        string name = JsonBody.Text(Required(input, "name", path), $"{path}.name");
        string datatype = InferDatatype.Checked(JsonBody.Text(Required(input, "datatype", path), $"{path}.datatype"), path);
        long[] shape = Shape(Required(input, "shape", path), $"{path}.shape");
        int count = InferDatatype.CountOf(shape, path);
        InferParameters parameters = InferParameters.Of(input, $"{path}.parameters");
        RefuseUnsupported(parameters);
        if (parameters.Count("binary_data_size", least: 0) is not long size)
            return new(name, shape, Data(Required(input, "data", path), datatype, count, $"{path}.data"));
        if (size > tail.Length)
        {
            throw new RequestException(
                ErrorKind.Invalid, $"`{path}` has {size} binary bytes, {tail.Length} are left behind the JSON", $"{path}.parameters.binary_data_size");
        }
        Array elements = TensorBytes.Read(datatype, count, tail.Span[..(int)size], path);
        tail = tail[(int)size..];
        return new(name, shape, elements);
    }

    /// <summary>Refuses parameters of tensors that change what they are.</summary>
    /// <exception cref="RequestException">One is there.</exception>
    public static void RefuseUnsupported(InferParameters parameters)
    {
        parameters.Refuse("shared_memory_region", "shared_memory_byte_size", "shared_memory_offset", "classification");
        if (parameters.Text("content_type") == "base64")
            parameters.Refuse("content_type");
    }

    private static List<WantedOutput> Outputs(JsonElement body)
    {
        if (JsonBody.Field(body, "outputs") is not { ValueKind: not JsonValueKind.Null } outputs)
            return [];
        if (outputs.ValueKind != JsonValueKind.Array)
            throw JsonBody.WrongType("outputs", "an array", outputs);
        List<WantedOutput> wanted = [];
        foreach (JsonElement output in outputs.EnumerateArray())
        {
            string path = $"outputs[{wanted.Count}]";
            InferParameters parameters = InferParameters.Of(JsonBody.Object(output, path), $"{path}.parameters");
            RefuseUnsupported(parameters);
            wanted.Add(new(JsonBody.Text(Required(output, "name", path), $"{path}.name"), parameters.Flag("binary_data")));
        }
        return wanted;
    }

    private static long[] Shape(JsonElement shape, string path)
    {
        if (shape.ValueKind != JsonValueKind.Array)
            throw JsonBody.WrongType(path, "an array of whole numbers", shape);
        return [.. shape.EnumerateArray().Select(dimension => dimension.ValueKind == JsonValueKind.Number && dimension.TryGetInt64(out long size)
            ? size
            : throw JsonBody.WrongType(path, "an array of whole numbers", dimension))];
    }

    // Elements may lie flat or nested as the shape says; either way they are taken row by row.
    private static Array Data(JsonElement data, string datatype, int count, string path)
    {
        if (data.ValueKind != JsonValueKind.Array)
            throw JsonBody.WrongType(path, "an array", data);
        Array elements = datatype switch
        {
            InferDatatype.Bytes => Flat(data, path, JsonBody.Text),
            InferDatatype.Int32 => Flat(data, path, Int32),
            _ => Flat(data, path, Int64),
        };
        return elements.Length == count ? elements : throw InferDatatype.WrongCount(path, count, elements.Length);
    }

    private static T[] Flat<T>(JsonElement data, string path, Func<JsonElement, string, T> read)
    {
        List<T> elements = [];
        Add(data);
        return [.. elements];

        void Add(JsonElement array)
        {
            foreach (JsonElement element in array.EnumerateArray())
            {
                if (element.ValueKind == JsonValueKind.Array)
                    Add(element);
                else
                    elements.Add(read(element, path));
            }
        }
    }

    private static int Int32(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int number)
            ? number
            : throw JsonBody.WrongType(path, "whole numbers of 32 bits", element);

    private static long Int64(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long number)
            ? number
            : throw JsonBody.WrongType(path, "whole numbers of 64 bits", element);

    private static JsonElement Required(JsonElement holder, string name, string path) => JsonBody.Field(holder, name)
        ?? throw new RequestException(ErrorKind.WrongType, $"`{path}.{name}` is missing", $"{path}.{name}");
}
