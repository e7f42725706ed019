using AlbertNative.Server.Requests;
using AlbertNative.Serving;

namespace AlbertNative.Server.Dialects.OpenInference;

/// <summary>An output that a request asks for.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsBinary">Whether it is wanted as bytes; null where the request says that for all.</param>
internal sealed record WantedOutput(string Name, bool? IsBinary);

/// <summary>A request for inference, whichever way it came.</summary>
internal sealed record InferRequest
{
    /// <summary>What the client calls it; null for nothing.</summary>
    public string? Id { get; init; }

    public required InferParameters Parameters { get; init; }

    public required IReadOnlyList<InferTensor> Inputs { get; init; }

    /// <summary>What it asks for; empty for what there is.</summary>
    public IReadOnlyList<WantedOutput> Outputs { get; init; } = [];

    /// <summary>The input of one of some names; null where there is none.</summary>
    public InferTensor? Input(params ReadOnlySpan<string> names)
    {
        foreach (InferTensor input in Inputs)
        {
            if (names.Contains(input.Name))
                return input;
        }
        return null;
    }

    /// <summary>Whether an output is asked for by name, or none is.</summary>
    public bool Wants(string output, bool isDefault = true) =>
        Outputs.Count == 0 ? isDefault : Outputs.Any(wanted => wanted.Name == output);

    /// <summary>Lets parameters rule how the request is treated: its rank, and its time.</summary>
    /// <exception cref="RequestException">One is of the wrong type, or asks for what there is not.</exception>
    public void Rule(ServerRequest request)
    {
        Parameters.Refuse("sequence_id", "sequence_start", "sequence_end");
        // 0 stands for a model's own rank.
        request.Priority = Parameters.Count("priority", least: 0) switch
        {
            null or 0 => request.Priority,
            1 => RequestPriority.Express,
            2 => RequestPriority.Normal,
            _ => RequestPriority.Bulk,
        };
        if (Parameters.Count("timeout", least: 0) is long microseconds and > 0 && microseconds < request.Timeout.TotalMicroseconds)
            request.Shorten(TimeSpan.FromMicroseconds(microseconds));
    }
}
