using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AlbertNative.Checkpoints;
using AlbertNative.Model;

namespace AlbertNative.Annotations;

/// <summary>
/// SHA-256 of what a model is made of: its configuration, its vocabulary and its tensors, by their names. Where it lies, how it is
/// called and what else lies there does not count.
/// </summary>
internal static class ModelHash
{
    private const int ChunkBytes = 1 << 16;

    private static readonly string[] Parts =
        [ModelFiles.Config, "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", .. ModelFiles.Vocabularies];

    /// <summary>The hash, in lower-case hexadecimal digits.</summary>
    /// <exception cref="FormatException">A file is malformed.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static string Of(string nameOrPath, TextModelOptions? options, CancellationToken cancellationToken)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (SavedFiles.Is(nameOrPath))
            AppendSaved(hash, nameOrPath, cancellationToken);
        else
            AppendModel(hash, nameOrPath, options, cancellationToken);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // What Spark NLP has saved, as it is: a graph holds its weights under names of its own.
    private static void AppendSaved(IncrementalHash hash, string directory, CancellationToken cancellationToken)
    {
        foreach (string file in SavedModel.FilesOf(directory).Order(StringComparer.Ordinal))
        {
            using FileStream stream = File.OpenRead(file);
            AppendName(hash, Path.GetRelativePath(directory, file).Replace('\\', '/'), stream.Length);
            byte[] chunk = new byte[ChunkBytes];
            for (int read; (read = stream.Read(chunk)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(chunk, 0, read);
            }
        }
    }

    private static void AppendModel(IncrementalHash hash, string nameOrPath, TextModelOptions? options, CancellationToken cancellationToken)
    {
        using ModelFiles root = ModelFiles.Open(nameOrPath, options, cancellationToken: cancellationToken);
        using ModelFiles files = ModelFiles.OpenPath(WeightsOf(root.Path));
        foreach (string name in Parts)
        {
            if (files.Read(name) is not byte[] part)
                continue;
            AppendName(hash, name, part.Length);
            hash.AppendData(part);
        }
        foreach (CheckpointTensor tensor in files.Checkpoint.Tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            AppendName(hash, tensor.ToString(), tensor.ByteCount);
            Append(hash, tensor);
        }
    }

    // Some of sentence-transformers' directories keep the Transformer in a folder of its own, the first one.
    private static string WeightsOf(string path) => !Directory.Exists(path) || Checkpoint.Find(path) is not null
        ? path
        : Directory.EnumerateDirectories(path).Order(StringComparer.Ordinal).FirstOrDefault(folder => Checkpoint.Find(folder) is not null) ?? path;

    private static void Append(IncrementalHash hash, CheckpointTensor tensor)
    {
        byte[] chunk = new byte[ChunkBytes];
        int most = ChunkBytes / tensor.Type.Size;
        for (long start = 0; start < tensor.ElementCount;)
        {
            int count = (int)Math.Min(most, tensor.ElementCount - start);
            Span<byte> bytes = chunk.AsSpan(0, count * tensor.Type.Size);
            tensor.CopyBytesTo(start, bytes);
            hash.AppendData(bytes);
            start += count;
        }
    }

    // With its length, so that no two lists of parts give the same bytes.
    private static void AppendName(IncrementalHash hash, string name, long length)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        Span<byte> lengths = stackalloc byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(lengths, bytes.Length);
        BinaryPrimitives.WriteInt64LittleEndian(lengths[4..], length);
        hash.AppendData(lengths);
        hash.AppendData(bytes);
    }
}
