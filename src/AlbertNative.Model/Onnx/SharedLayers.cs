using System.Collections.Immutable;
using AlbertNative.Checkpoints;

namespace AlbertNative.Model.Onnx;

/// <summary>
/// How the applications of layers in a graph share their weights: an exporter writes the one layer of an ALBERT as
/// often as it runs, with or without the weights each time.
/// </summary>
/// <param name="LayerCount">The number of layers.</param>
/// <param name="GroupCount">The number of groups of layers that share weights.</param>
/// <param name="InnerGroupCount">The number of layers within a group.</param>
/// <param name="Steps">The parts of each inner layer, [group * inner groups + inner].</param>
internal sealed record SharedLayers(int LayerCount, int GroupCount, int InnerGroupCount, ImmutableArray<AlbertStepParts> Steps)
{
    /// <summary>Finds the fewest groups that the steps fit.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="steps">The applications, in order.</param>
    /// <param name="config">What is known of the sharing, or null to find out.</param>
    /// <exception cref="CheckpointFormatException">The weights are shared in no way that an ALBERT has.</exception>
    public static SharedLayers Find(string path, ImmutableArray<AlbertStepParts> steps, ModelConfig? config)
    {
        int[] weights = NumberWeights(steps, out int distinct);
        if (config is not null)
        {
            return Match(weights, config, steps) ?? throw new CheckpointFormatException(path,
                $"the graph runs {steps.Length} layers of which {distinct} differ, the configuration says "
                + $"{config.LayerCount} layers in {config.GroupCount} groups of {config.InnerGroupCount}");
        }
        for (int inner = 1; inner <= steps.Length; inner++)
        {
            if (steps.Length % inner != 0 || distinct % inner != 0)
                continue;
            ModelConfig candidate = new()
            {
                LayerCount = steps.Length / inner,
                GroupCount = distinct / inner,
                InnerGroupCount = inner,
            };
            if (Match(weights, candidate, steps) is { } shared)
                return shared;
        }
        throw new CheckpointFormatException(path,
            $"the graph runs {steps.Length} layers of which {distinct} differ, in an order that no grouping gives");
    }

    /// <summary>Numbers the different weights in the order of their first use.</summary>
    private static int[] NumberWeights(ImmutableArray<AlbertStepParts> steps, out int distinct)
    {
        TensorContents contents = new();
        Dictionary<string, int> known = new(StringComparer.Ordinal);
        int[] numbers = new int[steps.Length];
        for (int i = 0; i < steps.Length; i++)
        {
            string weights = steps[i].DescribeWeights(contents);
            if (!known.TryGetValue(weights, out numbers[i]))
                known.Add(weights, numbers[i] = known.Count);
        }
        distinct = known.Count;
        return numbers;
    }

    private static SharedLayers? Match(int[] weights, ModelConfig config, ImmutableArray<AlbertStepParts> steps)
    {
        if (weights.Length != config.StepCount || config.GroupCount > config.LayerCount)
            return null;
        AlbertStepParts?[] found = new AlbertStepParts?[config.GroupCount * config.InnerGroupCount];
        int[] numbers = new int[found.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            int place = (config.GroupOf(i / config.InnerGroupCount) * config.InnerGroupCount) + (i % config.InnerGroupCount);
            if (found[place] is null)
                (found[place], numbers[place]) = (steps[i], weights[i]);
            else if (numbers[place] != weights[i])
                return null;
        }
        return found.Contains(null)
            ? null
            : new SharedLayers(config.LayerCount, config.GroupCount, config.InnerGroupCount, [.. found.Select(s => s!)]);
    }
}
