namespace AlbertNative.Training;

/// <summary>A text and the choices that could go with it.</summary>
/// <param name="Text">The text.</param>
/// <param name="Choices">Two or more.</param>
/// <param name="Label">The index of the right one.</param>
/// <param name="Line">The line from 1 on which it begins in its file.</param>
public sealed record ChoiceExample(string Text, IReadOnlyList<string> Choices, int Label, int Line);
