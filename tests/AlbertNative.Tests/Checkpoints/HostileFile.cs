using AlbertNative.Checkpoints;

namespace AlbertNative.Tests.Checkpoints;

/// <summary>
/// What opening a damaged or hostile file may do: end in <see cref="CheckpointFormatException"/>, within a
/// time and within a memory that is in proportion to the file.
/// </summary>
internal static class HostileFile
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(30);

    /// <summary>Asserts that the bytes are refused under this file name.</summary>
    public static CheckpointFormatException AssertRefused(string name, ReadOnlySpan<byte> bytes)
    {
        using TemporaryFolder folder = new();
        return AssertRefused(folder.Write(name, bytes), bytes.Length);
    }

    /// <summary>Asserts that a file or directory is refused, its files being so many bytes in all.</summary>
    public static CheckpointFormatException AssertRefused(string path, long length) =>
        AssertRefused(() => ReadAll(path), path, length);

    /// <summary>Asserts that a way of opening a file of that length is refused.</summary>
    public static CheckpointFormatException AssertRefused(Action open, string path, long length)
    {
        Exception? e = Run(open, path, length);
        Assert.NotNull(e);
        return Assert.IsType<CheckpointFormatException>(e);
    }

    /// <summary>Asserts that the bytes are refused, or read to the end as something that is valid as well.</summary>
    public static void AssertHarmless(string path, ReadOnlySpan<byte> bytes, long otherFiles = 0) =>
        AssertHarmless(() => ReadAll(path), path, bytes, otherFiles);

    /// <summary>Asserts the same of another way of opening the file.</summary>
    public static void AssertHarmless(Action open, string path, ReadOnlySpan<byte> bytes, long otherFiles = 0)
    {
        File.WriteAllBytes(path, bytes);
        Exception? e = Run(open, path, bytes.Length + otherFiles);
        if (e is not null)
            Assert.IsType<CheckpointFormatException>(e);
    }

    private static Exception? Run(Action open, string path, long length)
    {
        Exception? thrown = null;
        long allocated = 0;
        Thread thread = new(() =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            thrown = Record.Exception(open);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        });
        // A background thread, so that one that hangs cannot hold the test run.
        thread.IsBackground = true;
        thread.Start();
        Assert.True(thread.Join(Watchdog), $"{path} hangs");
        if (thrown is not null)
            Assert.True(allocated <= (4 * length) + (1 << 20), $"{path}: {allocated} bytes allocated for a file of {length}");
        return thrown;
    }

    private static void ReadAll(string path)
    {
        using Checkpoint checkpoint = Checkpoint.Open(path);
        byte[] buffer = new byte[1 << 14];
        foreach (CheckpointTensor tensor in checkpoint.Tensors)
        {
            int chunk = buffer.Length / tensor.Type.Size;
            for (long start = 0; start < tensor.ElementCount; start += chunk)
            {
                int count = (int)Math.Min(chunk, tensor.ElementCount - start);
                tensor.CopyBytesTo(start, buffer.AsSpan(0, count * tensor.Type.Size));
            }
        }
    }
}
