namespace AlbertNative.Tensors;

/// <summary>
/// The mean and the deviation of each row that a LayerNorm's gradient goes through: computed row by row for the input's
/// gradient, read column by column for the parameters'.
/// </summary>
public sealed unsafe class MomentsBuffer
{
    private RowMoments[] _moments = [];

    /// <summary>Room for the moments of so many rows.</summary>
    internal RowMoments* Of(int rows)
    {
        if (_moments.Length < rows)
            _moments = GC.AllocateUninitializedArray<RowMoments>(rows, pinned: true);
        return (RowMoments*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_moments, 0);
    }
}
