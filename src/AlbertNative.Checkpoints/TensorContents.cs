using System.Security.Cryptography;

namespace AlbertNative.Checkpoints;

/// <summary>
/// Numbers tensors by what they hold: two have the same number where type, shape and bits are the same, whatever their
/// names. Each place in a file is read once, however many tensors show it, so that comparing all with all takes time in
/// proportion to the file. For one thread at a time.
/// </summary>
public sealed class TensorContents
{
    private const int ChunkBytes = 1 << 14;

    private readonly Dictionary<TensorPlace, int> _byPlace = [];
    private readonly Dictionary<string, int> _byDigest = new(StringComparer.Ordinal);

    /// <summary>The number of the tensor's elements; numbers count from 0.</summary>
    /// <exception cref="ObjectDisposedException">The checkpoint has been disposed.</exception>
    public int NumberOf(CheckpointTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        TensorPlace place = tensor.Place;
        if (_byPlace.TryGetValue(place, out int number))
            return number;
        string digest = Digest(tensor);
        if (!_byDigest.TryGetValue(digest, out number))
            _byDigest.Add(digest, number = _byDigest.Count);
        _byPlace.Add(place, number);
        return number;
    }

    // SHA-256: nobody finds two contents of one digest, so none has to be read again to be compared.
    private static string Digest(CheckpointTensor tensor)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> buffer = stackalloc byte[ChunkBytes];
        BitConverter.TryWriteBytes(buffer, (int)tensor.Type);
        hash.AppendData(buffer[..sizeof(int)]);
        foreach (long dimension in tensor.Shape)
        {
            BitConverter.TryWriteBytes(buffer, dimension);
            hash.AppendData(buffer[..sizeof(long)]);
        }
        int size = tensor.Type.Size;
        for (long start = 0; start < tensor.ElementCount;)
        {
            int count = (int)Math.Min(ChunkBytes / size, tensor.ElementCount - start);
            tensor.CopyBytesTo(start, buffer[..(count * size)]);
            hash.AppendData(buffer[..(count * size)]);
            start += count;
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
