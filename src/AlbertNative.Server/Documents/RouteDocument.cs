namespace AlbertNative.Server.Documents;

/// <summary>What the OpenAPI document says of a route; of one that answers several paths there is one for each.</summary>
/// <param name="Summary">What it does.</param>
/// <param name="Request">The name of the schema of its body; null where it has none.</param>
/// <param name="Response">The name of the schema of its answer; null where that has no body.</param>
internal sealed record RouteDocument(string Summary, string? Request = null, string? Response = null)
{
    /// <summary>The path, where the route's own pattern is wider.</summary>
    public string? Path { get; init; }

    /// <summary>Another path that answers the same; null where there is none.</summary>
    public string? OtherPath { get; init; }

    /// <summary>Whether the body may be left out.</summary>
    public bool MayLackBody { get; init; }

    /// <summary>The media type of the answer.</summary>
    public string ResponseType { get; init; } = "application/json";

    /// <summary>A media type that body and answer may have beside JSON; null where there is none.</summary>
    public string? OtherType { get; init; }
}
