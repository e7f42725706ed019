namespace AlbertNative.Annotations;

/// <summary>A sentence, or a part of one, and where it begins.</summary>
internal readonly record struct SentencePart(string Text, int Begin);
