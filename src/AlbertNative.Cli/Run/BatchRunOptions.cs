namespace AlbertNative.Model;

/// <summary>How <see cref="BatchRun"/> computes.</summary>
public sealed record BatchRunOptions
{
    /// <summary>The class to run; null for the one that the checkpoint names.</summary>
    public AlbertArchitecture? Architecture { get; init; }

    /// <summary>Whether every layer's hidden states are written too, as <c>hidden_states.N</c>.</summary>
    public bool HiddenStates { get; init; }

    /// <summary>How the model computes.</summary>
    public ModelOptions Model { get; init; } = new();
}
