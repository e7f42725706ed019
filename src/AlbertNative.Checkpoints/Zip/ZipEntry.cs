namespace AlbertNative.Checkpoints;

/// <summary>One file of a zip archive: where its local header and its bytes lie, and how many they are once inflated.</summary>
internal sealed record ZipEntry(string Name, long HeaderOffset, long DataOffset, long StoredLength, long Length, bool IsDeflated);
