namespace AlbertNative.ParityTests.Serving;

/// <summary>Where an answer is another than text-embeddings-inference's, and why.</summary>
/// <param name="Status">Ours; null where the status is the same.</param>
/// <param name="Why">The reason.</param>
internal sealed record TeiDifference(int? Status, string Why);

/// <summary>
/// The one table of differences, the same as the one in docs/serving.md. What stands in no line of it must be equal.
/// </summary>
internal static class TeiDifferences
{
    private static readonly (Predicate<TeiExchange> Is, TeiDifference Difference)[] Table =
    [
        (e => e.Id == "odd-ids/ids-out-of-range", new(422, "it dies of an id outside the vocabulary")),
        (e => e.Id is "embed/embed-ids-prompt", new(422, "ids are used as they are: no prompt can be put before them")),
        (e => e.Id is "embed/embed-trailing-garbage" or "embed/embed-two-objects", new(400, "it ignores what follows the JSON value")),
        (e => e.Id is "embed/embed-body-six", new(422, "its parser takes an array of all fields for the object")),
        (e => e.Id is "embed/embed-direction-null" or "embed/oai-format-null", new(200, "null is as if absent")),
        (e => e.Id is "embed/embed-duplicate-field", new(400, "a field that is named twice is malformed JSON")),
        (e => e.Id == "two-permits/embed-3-one-empty", new(400, "what is wrong with a request is said before there is a question of room")),
        (e => e.Server == "budget-16", new(null, "a pass's tokens are no limit of a text: a longer one goes alone")),
        (e => e.Server == "two-permits" && e.Status == 429, new(200, "work is admitted by its seconds, not by a count of texts")),
        (e => e.Id is "strict/embed-x-api-key", new(200, "a key is also taken from x-api-key")),
        (e => e.Path.EndsWith("/embeddings", StringComparison.Ordinal) && e.Status is 422 or 424, new(400, "errors of OpenAI's routes have OpenAI's statuses and form")),
        (e => e.Path == "/v1/models", new(200, "OpenAI's list of models is served")),
        (e => e.Path.StartsWith("/docs", StringComparison.Ordinal), new(404, "the OpenAPI document is at /openapi.json, without Swagger's bundle")),
        (e => e.Id == "reranker/documents", new(200, "a body with documents instead of texts is answered as Cohere's clients want it")),
        (e => e.Path == "/metrics", new(null, "metrics have OpenTelemetry's names")),
        (e => e.Server == "multilabel" && !e.Id.Contains("raw", StringComparison.Ordinal), new(null, "problem_type is read: a multi-label model gives sigmoids")),
        (e => e.Server == "minilm-candle" && e.Path != "/tokenize", new(null, "it computes the tanh form for hidden_act gelu")),
    ];

    /// <summary>The reasons of lines that are of none of some exchanges.</summary>
    public static IEnumerable<string> Unused(IReadOnlyCollection<TeiExchange> exchanges) =>
        Table.Where(entry => !exchanges.Any(exchange => entry.Is(exchange))).Select(entry => entry.Difference.Why);

    /// <summary>The line of the table for an exchange; null where the answers must be equal.</summary>
    public static TeiDifference? Of(TeiExchange exchange) => Array.Find(Table, entry => entry.Is(exchange)).Difference;
}
