namespace AlbertNative.Training;

/// <summary>Lines that belong together.</summary>
/// <param name="Lines">The lines, none of them blank.</param>
/// <param name="Line">The number from 1 of the first in its file.</param>
public sealed record TextDocument(IReadOnlyList<string> Lines, int Line);
