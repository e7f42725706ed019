using System.Buffers;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace AlbertNative.Checkpoints;

/// <summary>
/// A file mapped read-only into memory: the only place of this project that touches addresses. The view stays
/// mapped as long as a lease or a pin is held, also past <see cref="Dispose"/>; after that every access throws
/// <see cref="ObjectDisposedException"/>.
/// </summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly SafeMemoryMappedViewHandle? _view;
    private readonly byte* _start;

    private MappedFile(string path, long length, SafeMemoryMappedViewHandle? view, byte* start)
    {
        Path = path;
        Length = length;
        _view = view;
        _start = start;
    }

    public string Path { get; }

    /// <summary>The file's length in bytes when it was mapped.</summary>
    public long Length { get; }

    public bool IsDisposed => _view is { IsClosed: true };

    /// <summary>Maps the whole file. An empty one is legal and maps nothing.</summary>
    public static MappedFile Open(string path)
    {
        if (RegularFile.IsEmpty(path))
            return new MappedFile(path, 0, null, null);
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        long length = stream.Length;
        if (length == 0)
            return new MappedFile(path, 0, null, null);
        using MemoryMappedFile map = MemoryMappedFile.CreateFromFile(
            stream, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        MemoryMappedViewAccessor accessor = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        SafeMemoryMappedViewHandle view = accessor.SafeMemoryMappedViewHandle;
        byte* start = null;
        // Only the address is wanted: a reference held here would keep the view past the finalizer of a
        // checkpoint that nobody disposed.
        view.AcquirePointer(ref start);
        view.ReleasePointer();
        return new MappedFile(path, length, view, start + accessor.PointerOffset);
    }

    /// <summary>The bytes [offset, offset + length), which stay mapped until the lease is disposed.</summary>
    public StorageLease Lease(long offset, int length)
    {
        byte* address = Address<byte>(offset, length);
        AddReference();
        return new StorageLease(new ReadOnlySpan<byte>(address, length), this);
    }

    /// <summary>
    /// <paramref name="count"/> elements at a byte offset, without a copy. <see cref="Memory{T}.Pin"/> keeps the
    /// view mapped; a span taken without a pin is valid until <see cref="Dispose"/>.
    /// </summary>
    public ReadOnlyMemory<T> Memory<T>(long offset, int count)
        where T : unmanaged
    {
        _ = Address<T>(offset, count);
        return new MappedMemory<T>(this, offset, count).Memory;
    }

    /// <summary>True where an element at this offset lies on an address that its type asks for.</summary>
    public bool IsAligned<T>(long offset)
        where T : unmanaged => ((nuint)(_start + offset) & ((nuint)sizeof(T) - 1)) == 0;

    /// <summary>Gives back a reference that a lease or a pin took.</summary>
    public void Release() => _view?.DangerousRelease();

    /// <summary>Unmaps the file once the last lease and pin are gone.</summary>
    public void Dispose() => _view?.Dispose();

    private void AddReference()
    {
        bool added = false;
        // Throws ObjectDisposedException if a Dispose on another thread came first.
        _view?.DangerousAddRef(ref added);
    }

    private T* Address<T>(long offset, int count)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(IsDisposed, typeof(Checkpoint));
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - ((long)count * sizeof(T)));
        return (T*)(_start + offset);
    }

    private sealed class MappedMemory<T>(MappedFile file, long offset, int count) : MemoryManager<T>
        where T : unmanaged
    {
        public override Memory<T> Memory => CreateMemory(count);

        // Writable in type only: the memory is handed out as ReadOnlyMemory.
        public override Span<T> GetSpan() => new(file.Address<T>(offset, count), count);

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)count, nameof(elementIndex));
            T* address = file.Address<T>(offset, count) + elementIndex;
            file.AddReference();
            return new MemoryHandle(address, pinnable: this);
        }

        public override void Unpin() => file.Release();

        protected override void Dispose(bool disposing)
        {
            // The file owns the mapping; the memory is only a view of it.
        }
    }
}

/// <summary>Bytes that stay readable until the lease is disposed.</summary>
internal readonly ref struct StorageLease(ReadOnlySpan<byte> span, MappedFile? file) : IDisposable
{
    public ReadOnlySpan<byte> Span { get; } = span;

    public void Dispose() => file?.Release();
}
