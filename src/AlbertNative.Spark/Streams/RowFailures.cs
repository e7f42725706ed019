namespace AlbertNative.Spark;

/// <summary>The names of <see cref="RowFailure"/> in a request.</summary>
internal static class RowFailures
{
    /// <exception cref="StreamException">There is no such name.</exception>
    public static RowFailure Parse(string name) => name switch
    {
        "fail" => RowFailure.Fail,
        "null" => RowFailure.Null,
        "column" => RowFailure.Column,
        _ => throw new StreamException($"on_error is '{name}', expected fail, null or column"),
    };
}
