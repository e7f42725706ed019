namespace AlbertNative.Model;

/// <summary>Sequences that go through a layer together, and their rows among all of a pass.</summary>
internal readonly record struct SequenceBlock(int FirstSequence, int Sequences, int FirstRow, int Rows);
