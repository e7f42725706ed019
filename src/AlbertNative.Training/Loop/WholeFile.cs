using System.Text;
using AlbertNative.Checkpoints;

namespace AlbertNative.Training;

/// <summary>Files that are written beside their place and renamed: one that is there is whole.</summary>
internal static class WholeFile
{
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        using PartialFile file = PartialFile.Create(path);
        file.Stream.Write(content);
        file.Commit();
    }

    public static void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));
}
