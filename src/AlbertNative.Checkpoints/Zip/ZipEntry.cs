namespace AlbertNative.Checkpoints;

/// <summary>One file of a zip archive: where its bytes lie, and how many they are once inflated.</summary>
internal sealed record ZipEntry(string Name, long DataOffset, long StoredLength, long Length, bool IsDeflated);
