namespace AlbertNative.Annotations;

/// <summary>An object that Java has serialised: its class, and its fields by name.</summary>
internal sealed record JavaObject(string ClassName, IReadOnlyDictionary<string, object?> Fields);
