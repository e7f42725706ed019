using System.Collections.Immutable;

namespace AlbertNative.Checkpoints;

/// <summary>The dimension along which a variable is cut into parts (TensorFlow's partitioners cut along one).</summary>
/// <param name="Shape">The variable's shape.</param>
/// <param name="Axis">The dimension.</param>
/// <param name="Slices">The parts in order, which cover it without gap or overlap.</param>
internal sealed record SlicedDimension(ImmutableArray<long> Shape, int Axis, ImmutableArray<BundleSlice> Slices)
{
    /// <summary>The product of the dimensions before the one that is cut.</summary>
    public long Runs
    {
        get
        {
            long runs = 1;
            foreach (long dimension in Shape.AsSpan()[..Axis])
                runs *= dimension;
            return runs;
        }
    }

    /// <summary>Finds out how a variable of elements is cut; null where the parts are not what covers it.</summary>
    public static SlicedDimension? Find(ImmutableArray<long> shape, ImmutableArray<BundleSlice> slices)
    {
        int axis = -1;
        foreach (BundleSlice slice in slices)
        {
            if (slice.Starts.Length != shape.Length)
                return null;
            for (int i = 0; i < shape.Length; i++)
            {
                if (IsWhole(shape[i], slice.Starts[i], slice.Lengths[i]))
                    continue;
                if (axis >= 0 && axis != i)
                    return null;
                axis = i;
            }
        }
        // One part that is all of it, or a scalar.
        if (axis < 0)
            return slices.Length == 1 ? new SlicedDimension(shape, 0, slices) : null;
        ImmutableArray<BundleSlice> sorted = slices.Sort((a, b) => a.Starts[axis].CompareTo(b.Starts[axis]));
        long at = 0;
        foreach (BundleSlice slice in sorted)
        {
            if (slice.Starts[axis] != at || slice.Lengths[axis] <= 0 || slice.Lengths[axis] > shape[axis] - at)
                return null;
            at += slice.Lengths[axis];
        }
        return at == shape[axis] && !shape.Contains(0) ? new SlicedDimension(shape, axis, sorted) : null;
    }

    /// <summary>The shape of a part.</summary>
    public ImmutableArray<long> ShapeOf(BundleSlice slice) =>
        Shape.IsEmpty || slice.Lengths[Axis] < 0 ? Shape : Shape.SetItem(Axis, slice.Lengths[Axis]);

    private static bool IsWhole(long dimension, long start, long length) => start == 0 && (length == dimension || length == -1);
}
