using System.Collections.Immutable;
using AlbertNative.Model;

namespace AlbertNative.ParityTests.Model;

/// <summary>One output of one class: the float64 reference, and the float32 that Hugging Face itself computes.</summary>
internal sealed record GoldenTensor(
    ModelArchitecture Architecture, string Output, ImmutableArray<long> Shape, double[] Reference, double[]? OwnFloat32)
{
    public const string Float32 = ".float32";

    /// <summary>True where the float64 reference was rounded to float32 when it was stored.</summary>
    public bool IsRounded { get; init; }

    /// <summary>True for [batch, columns, ...], false for [batch, ...].</summary>
    public bool IsPerColumn => Output switch
    {
        "pooler_output" or "sop_logits" or "seq_relationship_logits" => false,
        "logits" => Architecture is ModelArchitecture.MaskedLM or ModelArchitecture.TokenClassification,
        _ => true,
    };

    public string Name => $"{Architecture}.{Output}";

    /// <summary>
    /// The largest difference from the reference over the entries that a mask leaves: those of sequences (and,
    /// where the tensor has a value for each column, of columns) whose mask is 1. The tensor may be a corner of
    /// the full output, which <paramref name="actual"/> gives by sequence, column and index.
    /// </summary>
    public double LargestDifference(GoldenModel golden, Func<int, int, int, double> actual) =>
        Compare(golden, (sequence, column, index, _) => actual(sequence, column, index));

    /// <summary>How far Hugging Face's float32 is from the reference, over the same entries.</summary>
    public double OwnDifference(GoldenModel golden) =>
        OwnFloat32 is null ? 0 : Compare(golden, (_, _, _, flat) => OwnFloat32[flat]);

    private double Compare(GoldenModel golden, Func<int, int, int, int, double> actual)
    {
        bool perColumn = IsPerColumn;
        int rows = (int)Shape[0];
        int columns = perColumn ? (int)Shape[1] : 1;
        int width = Reference.Length / Math.Max(1, rows * columns);
        double largest = 0;
        for (int flat = 0; flat < Reference.Length; flat++)
        {
            int sequence = flat / (columns * width);
            int column = flat / width % columns;
            if (perColumn && golden.AttentionMask[(sequence * golden.Columns) + column] == 0)
                continue;
            double difference = Math.Abs(actual(sequence, column, flat % width, flat) - Reference[flat]);
            largest = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(largest, difference);
        }
        return largest;
    }
}
