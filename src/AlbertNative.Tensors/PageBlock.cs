using System.Runtime.InteropServices;

namespace AlbertNative.Tensors;

/// <summary>
/// Memory outside the garbage collector's heap that begins on a huge page, freed once nothing refers to this object. What
/// is left over behind the last whole page is rounded up to one where it fills at least half of it.
/// </summary>
internal sealed unsafe class PageBlock
{
    /// <summary>Below this many bytes a huge page would be mostly empty.</summary>
    public const long LeastBytes = HugePages.Size / 2;

    private static long _held;

    private readonly nuint _bytes;
    private readonly bool _advised;

    public PageBlock(long bytes)
    {
        long rest = bytes % HugePages.Size;
        _bytes = (nuint)(rest >= LeastBytes ? bytes - rest + HugePages.Size : bytes);
        Data = NativeMemory.AlignedAlloc(_bytes, HugePages.Size);
        _advised = HugePages.TryAdvise(Data, _bytes);
        GC.AddMemoryPressure((long)_bytes);
        Interlocked.Add(ref _held, (long)_bytes);
    }

    ~PageBlock()
    {
        // Null where the allocation failed.
        if (Data == null)
            return;
        NativeMemory.AlignedFree(Data);
        if (_advised)
            HugePages.Forget(_bytes);
        GC.RemoveMemoryPressure((long)_bytes);
        Interlocked.Add(ref _held, -(long)_bytes);
    }

    /// <summary>The bytes of all blocks of this process that have not been freed.</summary>
    public static long HeldBytes => Interlocked.Read(ref _held);

    public void* Data { get; }
}
