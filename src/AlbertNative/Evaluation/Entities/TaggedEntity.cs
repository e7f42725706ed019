namespace AlbertNative.Evaluation;

/// <summary>A stretch of tokens that tags mark as one entity.</summary>
/// <param name="Type">Its type, the tag without its prefix.</param>
/// <param name="Start">The index of its first token.</param>
/// <param name="End">The index after its last token.</param>
public readonly record struct TaggedEntity(string Type, int Start, int End);
