using System.Text;
using System.Text.Json;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.OpenInference;

/// <summary>What a head answers: tensors, and the object of each text, which MLServer's clients want.</summary>
/// <param name="Tensors">The tensors.</param>
/// <param name="Objects">Writes the JSON of each text.</param>
internal sealed record InferResults(IReadOnlyList<InferTensor> Tensors, IReadOnlyList<Action<Utf8JsonWriter>> Objects)
{
    private const string MlServerOutput = "output";
    private const string JsonList = "hg_jsonlist";

    /// <summary>Whether a request wants MLServer's form: it says so, or has MLServer's input and names no output.</summary>
    public static bool IsMlServer(InferRequest request) =>
        request.Outputs.Any(output => output.Name == MlServerOutput)
        || (request.Outputs.Count == 0 && request.Input(InferTexts.MlServer) is not null);

    /// <summary>The tensors that a request asks for.</summary>
    /// <exception cref="RequestException">It asks for one that there is not.</exception>
    public IReadOnlyList<InferTensor> For(InferRequest request)
    {
        if (IsMlServer(request))
        {
            InferHeads.RequireOutputs(request, [MlServerOutput]);
            return [new(MlServerOutput, [Objects.Count, 1], Objects.Select(Json).ToArray()) { ContentType = JsonList }];
        }
        return [.. request.Outputs.Count == 0
            ? Tensors
            : request.Outputs.Select(output => Tensors.First(tensor => tensor.Name == output.Name))];
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using PooledBuffer buffer = new();
        using (Utf8JsonWriter json = JsonAnswer.WriterOver(buffer))
            write(json);
        return Encoding.UTF8.GetString(buffer.Written.Span);
    }
}
