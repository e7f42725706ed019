using System.Collections.Immutable;

namespace AlbertNative.Server.Configuration;

/// <summary>Names that are no settings but that users of other servers try, and what there is instead.</summary>
internal static class RefusedSettings
{
    private const string OfModel = "it stands behind a model: --model NAME=PATH,";

    private static readonly ImmutableDictionary<string, string> Reasons = ImmutableDictionary.CreateRange(StringComparer.Ordinal, new Dictionary<string, string>
    {
        ["batch-delay"] = "nothing waits for company: work begins as soon as a worker is free, and what comes late joins it",
        ["write-timeout"] = "--write-rate says how fast an answer must be read",
        ["pooling"] = OfModel + "pooling=mean",
        ["prompt"] = OfModel + "prompt=query",
        ["default-prompt-name"] = OfModel + "prompt=query",
        ["precision"] = OfModel + "precision=int8",
        ["dtype"] = OfModel + "precision=int8",
        ["model-id"] = "a model has a name: --model NAME=PATH",
        ["served-model-name"] = "a model has a name: --model NAME=PATH",
        ["revision"] = "it stands behind a name on the hub: --model NAME=owner/model@revision",
        ["dense-path"] = "modules are read from the model's own files",
        ["hostname"] = "--http takes both: 0.0.0.0:8080",
        ["port"] = "--http takes both: 0.0.0.0:8080",
        ["uds-path"] = "it is called --uds",
        ["max-batch-tokens"] = "--step-tokens are those of a pass, --max-request-tokens those of a request",
        ["max-batch-requests"] = "--step-tokens bounds a pass, whatever it is made of",
        ["max-concurrent-requests"] = "--max-queue-seconds bounds the work that may wait, in seconds",
        ["tokenization-workers"] = "a text is tokenized on its request's thread",
        ["cors-allow-origin"] = "it is called --cors-origins",
        ["json-output"] = "--log-format json, which is the default",
        ["prometheus-port"] = "/metrics is on the port of --http",
    });

    /// <summary>What there is instead of a setting; null where nothing is known of the name.</summary>
    public static string? ReasonOf(string name) => Reasons.GetValueOrDefault(name);
}
