using System.Collections.Immutable;

namespace AlbertNative.Cli;

/// <summary>What <see cref="BatchRun"/> did.</summary>
/// <param name="ClassName">The class that ran.</param>
/// <param name="Outputs">The tensors written, by name and shape.</param>
/// <param name="Omissions">
/// Outputs that could not be computed, each with the reason: a pooled output where a sequence's column 0 is masked, or
/// where the checkpoint has no pooler.
/// </param>
/// <param name="SkippedTensors">Tensors of the checkpoint that the class does not use.</param>
internal sealed record BatchRunSummary(
    string ClassName,
    ImmutableArray<(string Name, ImmutableArray<long> Shape)> Outputs,
    ImmutableArray<string> Omissions,
    ImmutableArray<string> SkippedTensors);
