namespace AlbertNative.Annotations;

/// <summary>A token and where in its sentence it begins.</summary>
internal readonly record struct TokenPart(string Text, int Begin);
