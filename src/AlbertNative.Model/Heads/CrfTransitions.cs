namespace AlbertNative.Model;

/// <summary>The scores of a linear-chain CRF beside those of the tokens.</summary>
/// <param name="Start">For each label, to be the first.</param>
/// <param name="Between">From each label (row) to each label (column), row-major.</param>
/// <param name="End">For each label, to be the last.</param>
public sealed record CrfTransitions(ReadOnlyMemory<float> Start, ReadOnlyMemory<float> Between, ReadOnlyMemory<float> End)
{
    /// <summary>The tensor of <see cref="Start"/>, [labels].</summary>
    public const string StartName = "crf.start_transitions";

    /// <summary>The tensor of <see cref="Between"/>, [labels, labels].</summary>
    public const string BetweenName = "crf.transitions";

    /// <summary>The tensor of <see cref="End"/>, [labels].</summary>
    public const string EndName = "crf.end_transitions";
}
