namespace AlbertNative.Tensors.Simd;

/// <summary>
/// Memory that a later block needs, on its way into the second-level cache: a little with each step of the tiles before it.
/// Fetched in one go it would arrive too late, and hold up what is needed at once.
/// </summary>
internal unsafe struct FarStream
{
    private const int LineBytes = PinnedFloats.LineFloats * sizeof(float);

    /// <summary>Where the next step fetches.</summary>
    public byte* Next;

    /// <summary>How far it then moves on: at most a line, so that none is left out.</summary>
    public readonly nint BytesPerStep;

    /// <summary>Spreads <paramref name="bytes"/> over so many steps.</summary>
    public FarStream(void* start, long bytes, long steps)
    {
        Next = (byte*)start;
        BytesPerStep = (nint)Math.Min(LineBytes, bytes / steps);
    }

    /// <summary>Nothing: every step fetches what is in the cache already.</summary>
    public static FarStream None(void* cached) => new(cached, 0, 1);

    /// <summary>So many steps have been done.</summary>
    public void Advance(nint steps) => Next += BytesPerStep * steps;
}
