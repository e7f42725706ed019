using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace AlbertNative.Tensors.Simd;

/// <summary>Blocking around <see cref="TransposedTile{S, V}"/>: G += Aᵀ B, the gradient of a product's weights.</summary>
internal static unsafe class TransposedProduct<S, V>
    where S : ISimd<V>
    where V : struct
{
    /// <summary>
    /// Adds some rows and columns of Aᵀ B to G. All of the depth is added block by block, so that the part of G stays
    /// in the second-level cache; each block is a chain of its own.
    /// </summary>
    /// <param name="a">The first of the columns of A, in its first row.</param>
    /// <param name="aStride">The floats from one row of A to the next.</param>
    /// <param name="b">The first of the columns of B, in its first row; rows are readable to the end of their panel.</param>
    /// <param name="bStride">The floats from one row of B to the next.</param>
    /// <param name="depth">The rows of A and B.</param>
    /// <param name="block">The rows in one chain.</param>
    /// <param name="g">The first element of G to add to.</param>
    /// <param name="gStride">The floats from one row of G to the next.</param>
    /// <param name="rows">Rows of G, columns of A.</param>
    /// <param name="columns">Columns of G and B; nothing beyond them is written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(
        float* a, nint aStride, float* b, nint bStride, int depth, int block, float* g, nint gStride, int rows, int columns)
    {
        int width = 2 * S.Count;
        int whole = columns / width * width;
        for (int first = 0; first < depth; first += block)
        {
            int count = Math.Min(block, depth - first);
            float* blockA = a + (first * aStride), blockB = b + (first * bStride);
            int next = Math.Min(block, depth - first - count), fetched = 0;
            for (int column = 0; column < whole; column += width)
            {
                for (int row = 0; row < rows;)
                {
                    row += TransposedTile<S, V>.Run(
                        rows - row, blockA + row, aStride, blockB + column, bStride, count,
                        g + (row * gStride) + column, gStride, add: true);
                    // What the next block reads comes in evenly while this one is at work: all at once it would wait in line.
                    long done = ((long)column * rows) + ((long)row * width);
                    for (int wanted = (int)(done * next / ((long)whole * rows)); fetched < wanted; fetched++)
                    {
                        Fetch(blockA + ((count + fetched) * aStride), rows);
                        Fetch(blockB + ((count + fetched) * bStride), columns);
                    }
                }
            }
            if (whole < columns)
                AddPart(blockA, aStride, blockB + whole, bStride, count, g + whole, gStride, rows, columns - whole);
        }
    }

    /// <summary>Brings a part of a row of the next block into the second-level cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(float* row, int count)
    {
        if (!Sse.IsSupported)
            return;
        for (int i = 0; i < count; i += PinnedFloats.LineFloats)
            Sse.Prefetch1(row + i);
    }

    /// <summary>The last panel, where it is not whole: by way of a tile of scratch, since G has no room behind its rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddPart(
        float* a, nint aStride, float* b, nint bStride, int depth, float* g, nint gStride, int rows, int columns)
    {
        const int TallestTile = 12;
        int width = 2 * S.Count;
        float* tile = stackalloc float[TallestTile * width];
        for (int row = 0; row < rows;)
        {
            int height = TransposedTile<S, V>.Run(rows - row, a + row, aStride, b, bStride, depth, tile, width, add: false);
            for (int i = 0; i < height; i++)
            {
                for (int column = 0; column < columns; column++)
                    g[((row + i) * gStride) + column] += tile[(i * width) + column];
            }
            row += height;
        }
    }
}
