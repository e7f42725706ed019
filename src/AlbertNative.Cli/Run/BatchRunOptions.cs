using AlbertNative.Model;
namespace AlbertNative.Cli;

/// <summary>How <see cref="BatchRun"/> computes.</summary>
internal sealed record BatchRunOptions
{
    /// <summary>The class to run; null for the one that the checkpoint names.</summary>
    public ModelArchitecture? Architecture { get; init; }

    /// <summary>Whether every layer's hidden states are written too, as <c>hidden_states.N</c>.</summary>
    public bool HiddenStates { get; init; }

    /// <summary>How the model computes.</summary>
    public ModelOptions Model { get; init; } = new();
}
