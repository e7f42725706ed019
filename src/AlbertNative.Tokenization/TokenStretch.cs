namespace AlbertNative.Tokenization;

/// <summary>A stretch of one text's tokens: parallel columns, wherever they are kept.</summary>
/// <param name="ids">The ids.</param>
/// <param name="spans">Where they stand in the text.</param>
/// <param name="words">The indices of their words.</param>
/// <param name="surfaces">What they are written as where that is not their id's token, else null.</param>
internal readonly ref struct TokenStretch(
    ReadOnlySpan<int> ids, ReadOnlySpan<TextSpan> spans, ReadOnlySpan<int> words, ReadOnlySpan<string?> surfaces)
{
    public ReadOnlySpan<int> Ids { get; } = ids;

    public ReadOnlySpan<TextSpan> Spans { get; } = spans;

    public ReadOnlySpan<int> Words { get; } = words;

    public ReadOnlySpan<string?> Surfaces { get; } = surfaces;

    /// <summary>Whether some token is written otherwise than its id's token.</summary>
    public bool HasSurfaces => Surfaces.ContainsAnyExcept((string?)null);

    /// <summary>A part of it.</summary>
    public TokenStretch Slice(int start, int count) =>
        new(Ids.Slice(start, count), Spans.Slice(start, count), Words.Slice(start, count), Surfaces.Slice(start, count));
}
