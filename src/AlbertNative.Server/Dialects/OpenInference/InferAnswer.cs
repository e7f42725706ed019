using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AlbertNative.Server.Dialects.Tei;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.OpenInference;

/// <summary>Answers in JSON, with tensors in it or, where the client asks for that, as bytes behind it.</summary>
internal static class InferAnswer
{
    /// <summary>The header that says where in a body the JSON ends and the tensors begin.</summary>
    public const string JsonLength = "Inference-Header-Content-Length";

    /// <summary>Answers a request.</summary>
    /// <exception cref="NotFiniteNumberException">A tensor has what is no number.</exception>
    public static async Task WriteAsync(RequestWork work, InferRequest request, IReadOnlyList<InferTensor> outputs)
    {
        bool byDefault = request.Parameters.Flag("binary_data_output") ?? false;
        bool[] binary = [.. outputs.Select(output => request.Outputs.FirstOrDefault(wanted => wanted.Name == output.Name)?.IsBinary ?? byDefault)];
        RequireFinite(outputs);
        if (!binary.Contains(true))
        {
            await work.Request.AnswerAsync(json => Write(json, work, request, outputs, new int?[outputs.Count])).ConfigureAwait(false);
            return;
        }
        using PooledBuffer tail = new();
        int?[] sizes = [.. outputs.Zip(binary, (output, isBinary) => isBinary ? TensorBytes.Write(output.Elements, tail) : (int?)null)];
        using PooledBuffer body = new(tail.Length + 1024);
        using (Utf8JsonWriter json = JsonAnswer.WriterOver(body))
            Write(json, work, request, outputs, sizes);
        work.Request.Timings.WriteTo(work.Request.Http.Response.Headers);
        work.Request.Http.Response.Headers[JsonLength] = body.Length.ToString(CultureInfo.InvariantCulture);
        System.Buffers.BuffersExtensions.Write(body, tail.Written.Span);
        using Activity? span = work.Request.BeginWriting();
        await JsonAnswer.WriteAsync(
            work.Request.Http, StatusCodes.Status200OK, "application/octet-stream", body.Written, work.Request.Cancellation).ConfigureAwait(false);
    }

    /// <summary>Refuses to send what is no number.</summary>
    /// <exception cref="NotFiniteNumberException">There is one.</exception>
    public static void RequireFinite(IEnumerable<InferTensor> outputs)
    {
        foreach (InferTensor output in outputs)
        {
            if (output.Elements is float[] numbers)
                TeiVectors.RequireFinite(numbers);
        }
    }

    private static void Write(Utf8JsonWriter json, RequestWork work, InferRequest request, IReadOnlyList<InferTensor> outputs, int?[] sizes)
    {
        json.WriteStartObject();
        if (request.Id is not null)
            json.WriteString("id"u8, request.Id);
        json.WriteString("model_name"u8, work.Model.Name);
        json.WriteString("model_version"u8, work.Model.Version);
        json.WriteStartArray("outputs"u8);
        for (int i = 0; i < outputs.Count; i++)
            Write(json, outputs[i], sizes[i]);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, InferTensor tensor, int? size)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, tensor.Name);
        json.WriteString("datatype"u8, tensor.Datatype);
        json.WriteStartArray("shape"u8);
        foreach (long dimension in tensor.Shape)
            json.WriteNumberValue(dimension);
        json.WriteEndArray();
        if (size is not null || tensor.ContentType is not null)
        {
            json.WriteStartObject("parameters"u8);
            if (tensor.ContentType is not null)
                json.WriteString("content_type"u8, tensor.ContentType);
            if (size is int bytes)
                json.WriteNumber("binary_data_size"u8, bytes);
            json.WriteEndObject();
        }
        if (size is null)
            WriteData(json, tensor.Elements);
        json.WriteEndObject();
    }

    private static void WriteData(Utf8JsonWriter json, Array elements)
    {
        json.WritePropertyName("data"u8);
        switch (elements)
        {
            case string[] texts:
                json.WriteArray(texts, static (writer, text) => writer.WriteStringValue(text));
                break;
            case float[] numbers:
                json.WriteVector(numbers);
                break;
            case int[] numbers:
                json.WriteArray(numbers, static (writer, number) => writer.WriteNumberValue(number));
                break;
            default:
                throw new NotSupportedException($"no answer has elements of {elements.GetType()}");
        }
    }
}
