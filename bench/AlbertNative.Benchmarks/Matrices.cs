using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Benchmarks;

/// <summary>Operands for benchmarks: seeded numbers between -1 and 1.</summary>
internal static class Matrices
{
    public static float[] Floats(int count, int seed)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (2 * random.NextSingle()) - 1;
        return values;
    }

    public static Matrix Random(int rows, int columns, int seed)
    {
        Matrix matrix = Empty(rows, columns);
        for (int row = 0; row < rows; row++)
            Floats(columns, seed + row).CopyTo(matrix[row]);
        return matrix;
    }

    /// <summary>A matrix with room for the codes of its rows.</summary>
    public static Matrix Empty(int rows, int columns) => new MatrixBuffer(quantizable: true).Shape(rows, columns);

    public static LinearWeights Weights(int outputs, int inputs, WeightPrecision precision)
    {
        LinearWeights weights = LinearWeights.Create(outputs, inputs, precision);
        weights.SetRows(0, Floats(outputs * inputs, outputs), Floats(outputs, inputs));
        return weights;
    }
}

/// <summary>A step of a benchmark as a program for a team of one thread.</summary>
internal sealed class StepProgram(Action<TeamThread> step) : TeamProgram
{
    protected internal override void Run(TeamThread thread) => step(thread);
}
