using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Tensors;

namespace AlbertNative.Benchmarks;

/// <summary>Models of albert-base-v2's shape with synthetic weights, and batches of one shape.</summary>
internal static class SyntheticModels
{
    public static ModelConfig BaseV2 { get; } = BenchModels.Configurations["base-v2"];

    public static ModelOptions Options(WeightPrecision precision) => new() { Threads = 1, Precision = precision };

    public static SyntheticCheckpoint Weights(ModelArchitecture architecture) => new(BaseV2, architecture);

    /// <summary>A shape written as "sequences x tokens".</summary>
    public static BenchShape Shape(string text) =>
        BenchShape.TryParse(text, out BenchShape shape) ? shape : throw new FormatException($"{text} is not a shape like 8x128");

    /// <summary>A batch written as "sequences x tokens".</summary>
    public static TokenBatch Batch(string shape) => BenchTokens.Create(Shape(shape), BaseV2);
}
