namespace AlbertNative;

/// <summary>A label and what the model gives it.</summary>
/// <param name="Label">The label's name in the model's configuration.</param>
/// <param name="Score">A probability, or a raw score where the task says so.</param>
public readonly record struct LabelScore(string Label, float Score);
