namespace AlbertNative.Training;

/// <summary>A sentence in words, each with a tag.</summary>
/// <param name="Words">The words.</param>
/// <param name="Tags">As many tags.</param>
/// <param name="Line">The line from 1 on which it begins in its file.</param>
public sealed record TaggedSentence(IReadOnlyList<string> Words, IReadOnlyList<string> Tags, int Line);
