namespace AlbertNative;

/// <summary>The encoder's output for one sequence.</summary>
/// <param name="LastHiddenState">[tokens, hidden], row by row.</param>
/// <param name="PooledOutput">[hidden]; null where the checkpoint has no pooler.</param>
public sealed record SequenceStates(float[] LastHiddenState, float[]? PooledOutput);
