using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Tensors;

namespace AlbertNative.Benchmarks;

/// <summary>Models of albert-base-v2's shape with synthetic weights, and batches of one shape.</summary>
internal static class SyntheticModels
{
    public static ModelConfig BaseV2 { get; } = new()
    {
        HiddenSize = 768,
        HeadCount = 12,
        IntermediateSize = 3072,
        Activation = HiddenActivation.GeluTanh,
    };

    public static ModelOptions Options(WeightPrecision precision) => new() { Threads = 1, Precision = precision };

    public static SyntheticCheckpoint Weights(ModelArchitecture architecture) => new(BaseV2, architecture);

    /// <summary>A batch written as "sequences x tokens".</summary>
    public static TokenBatch Batch(string shape)
    {
        int[] counts = [.. shape.Split('x').Select(int.Parse)];
        TokenBatch batch = new();
        int[] ids = new int[counts[1]];
        for (int sequence = 0; sequence < counts[0]; sequence++)
        {
            for (int i = 0; i < ids.Length; i++)
                ids[i] = 5 + ((((sequence * ids.Length) + i) * 7919) % 29990);
            batch.Add(ids);
        }
        return batch;
    }
}
