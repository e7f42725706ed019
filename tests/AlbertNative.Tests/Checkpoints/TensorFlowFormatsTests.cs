using System.Runtime.InteropServices;
using System.Text.Json;
using AlbertNative.Checkpoints;
using AlbertNative.Cli;

namespace AlbertNative.Tests.Checkpoints;

/// <summary>Checkpoints that TensorFlow wrote, and damaged ones.</summary>
public sealed class TensorFlowFormatsTests
{
    private static readonly string Folder = CheckpointFixtures.TensorFlow;

    /// <summary>What the refusal has to say.</summary>
    private static readonly Dictionary<string, string> Refusals = new(StringComparer.Ordinal)
    {
        ["tf1-damaged-big-endian"] = "big-endian machine",
        ["tf1-damaged-data-crc"] = "does not have the checksum",
        ["tf1-damaged-data-truncated"] = "runs past the end of its data file",
        ["tf1-damaged-dim-negative"] = "a dimension of -",
        ["tf1-damaged-dtype-complex"] = "type complex64",
        ["tf1-damaged-dtype-string"] = "strings for elements",
        ["tf1-damaged-dtype-unknown"] = "type 99",
        ["tf1-damaged-duplicate-key"] = "do not ascend",
        ["tf1-damaged-entry-truncated"] = "is damaged",
        ["tf1-damaged-handle-outside"] = "past the end of the file",
        ["tf1-damaged-handle-overflow"] = "past the end of the file",
        ["tf1-damaged-index-crc"] = "does not have the checksum",
        ["tf1-damaged-index-empty"] = "0 bytes are too few",
        ["tf1-damaged-index-loop"] = "does not lie after the metadata block",
        ["tf1-damaged-index-truncated"] = "magic number",
        ["tf1-damaged-magic"] = "magic number",
        ["tf1-damaged-many-handles"] = "overlaps another block",
        ["tf1-damaged-no-header"] = "has no header",
        ["tf1-damaged-offset-negative"] = "is said to be",
        ["tf1-damaged-offset-overflow"] = "runs past the end of its data file",
        ["tf1-damaged-overlap"] = "share bytes",
        ["tf1-damaged-restarts-absurd"] = "restarts",
        ["tf1-damaged-same-block-twice"] = "overlaps another block",
        ["tf1-damaged-shape-overflow"] = "which is too large",
        ["tf1-damaged-shard-missing"] = "'model.ckpt-best.data-00001-of-00002' is not there",
        ["tf1-damaged-shard-out-of-range"] = "is in data file 5 of 1",
        ["tf1-damaged-shards-absurd"] = "2147483647 data files",
        ["tf1-damaged-shared-prefix"] = "shares 50 bytes",
        ["tf1-damaged-size-absurd"] = "larger than 4 times",
        ["tf1-damaged-size-against-shape"] = "which is not",
        ["tf1-damaged-size-negative"] = "is said to be -8 bytes",
        ["tf1-damaged-slices-gap"] = "do not cover it",
        ["tf1-damaged-slices-outside"] = "do not cover it",
        ["tf1-damaged-slices-overlap"] = "do not cover it",
        ["tf1-damaged-snappy-bomb"] = "more than Snappy can put into them",
        ["tf1-damaged-unordered-keys"] = "do not ascend",
        ["tf1-damaged-value-length"] = "runs past its end",
        ["tf1-damaged-varint-overlong"] = "is damaged",
        ["tf1-damaged-version"] = "readers of version 99",
        ["tf2-object-checkpoint"] = "a TensorFlow 2 object-based checkpoint",
        ["tf2-saved-model"] = "a TensorFlow 2 SavedModel",
    };

    public static TheoryData<string> Good => [.. Names(name => !name.EndsWith("must-be-refused", StringComparison.Ordinal))];

    public static TheoryData<string> Damaged => [.. Refusals.Keys.Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Names(Func<string, bool> which) => Directory.EnumerateDirectories(Folder)
        .Select(d => Path.GetFileName(d)).Where(which).Order(StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Good))]
    public void Every_tensor_has_the_bits_that_were_written(string name)
    {
        string directory = Path.Combine(Folder, name);
        using Checkpoint checkpoint = Checkpoint.Open(directory);
        Assert.EndsWith(".index", checkpoint.Source);
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, "expected.json")));
        int count = 0;
        foreach (JsonProperty tensor in expected.RootElement.GetProperty("tensors").EnumerateObject())
        {
            long[] shape = [.. tensor.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())];
            Assert.True(checkpoint.TryGet(tensor.Value.GetProperty("tensorflow").GetString()!, out CheckpointTensor? found));
            if (tensor.Value.GetProperty("transposed").GetBoolean())
                found = found.Transpose(tensor.Name);
            Assert.Equal(shape, found.Shape);
            float[] values = new float[found.ElementCount];
            SyntheticCheckpoint.Fill(tensor.Name, shape, 0, values);
            byte[] written = new byte[found.ByteCount];
            if (found.Type == TensorType.F64)
                MemoryMarshal.Cast<double, byte>(Array.ConvertAll(values, v => (double)v)).CopyTo(written);
            else
                ElementConversion.FromSingle(found.Type, values, written);
            byte[] bits = new byte[found.ByteCount];
            found.CopyBytesTo(0, bits);
            Assert.True(written.AsSpan().SequenceEqual(bits), $"{found}");
            count++;
        }
        Assert.True(count > 20);
    }

    [Theory]
    [MemberData(nameof(Damaged))]
    public void Damage_is_refused_by_name(string name)
    {
        string directory = Path.Combine(Folder, name + "-must-be-refused");
        long length = Directory.EnumerateFiles(directory).Sum(f => new FileInfo(f).Length);
        CheckpointFormatException e = HostileFile.AssertRefused(directory, length);
        Assert.True(e.Message.Contains(Refusals[name], StringComparison.Ordinal), e.Message);
        Assert.StartsWith(directory, e.Path);
    }

    [Fact]
    public void Every_damaged_container_is_among_these() => Assert.Equal(
        Refusals.Keys.Concat(["tf1-damaged-shape-wrong", "tf1-damaged-tensor-missing", "tf1-damaged-tensor-unknown"]).Order(StringComparer.Ordinal),
        Names(name => name.EndsWith("must-be-refused", StringComparison.Ordinal)).Select(name => name[..^"-must-be-refused".Length]));

    [Fact]
    public void A_checkpoint_opens_by_any_of_its_files_and_by_their_prefix()
    {
        string prefix = Path.Combine(Folder, "tf1-google-files-only", "model.ckpt-best");
        foreach (string path in (string[])[prefix, prefix + ".index", prefix + ".meta", prefix + ".data-00000-of-00001", Path.GetDirectoryName(prefix)!])
        {
            using Checkpoint checkpoint = Checkpoint.Open(path);
            Assert.Equal(prefix + ".index", checkpoint.Source);
            Assert.Equal([prefix + ".index", prefix + ".data-00000-of-00001"], checkpoint.FilePaths);
        }
    }

    [Fact]
    public void The_checkpoint_file_chooses_and_cannot_lead_elsewhere()
    {
        using TemporaryFolder folder = new();
        string source = Path.Combine(Folder, "tf1-google-files-only");
        foreach (string copy in (string[])["a", "b"])
        {
            foreach (string ending in (string[])[".index", ".data-00000-of-00001"])
                File.Copy(Path.Combine(source, "model.ckpt-best" + ending), Path.Combine(folder.Path, copy + ending));
        }
        Assert.Contains("several TensorFlow checkpoints, give one of them: a.index, b.index",
            Assert.Throws<CheckpointFormatException>(() => Checkpoint.Open(folder.Path)).Message);
        foreach (string path in (string[])["b", "/model/b", "../b", "C:\\\\models\\\\b"])
        {
            folder.Write("checkpoint", $"model_checkpoint_path: \"{path}\"\nall_model_checkpoint_paths: \"a\"\n");
            using Checkpoint checkpoint = Checkpoint.Open(folder.Path);
            Assert.Equal(Path.Combine(folder.Path, "b.index"), checkpoint.Source);
        }
        foreach ((string path, string message) in ((string, string)[])[("c", "no c.index"), ("..", "is '..'"), ("", "is ''"), ("a/", "is ''"), ("a:b", "is 'a:b'")])
        {
            folder.Write("checkpoint", $"model_checkpoint_path: \"{path}\"");
            Assert.Contains(message, Assert.Throws<CheckpointFormatException>(() => Checkpoint.Open(folder.Path)).Message);
        }
    }

    [Fact]
    public void A_saved_model_is_asked_for_by_its_directory()
    {
        string directory = Path.Combine(Folder, "tf1-saved-model");
        Assert.Contains("open its directory", Assert.Throws<CheckpointFormatException>(
            () => Checkpoint.Open(Path.Combine(directory, "saved_model.pb"))).Message);
        using TemporaryFolder folder = new();
        File.Copy(Path.Combine(directory, "saved_model.pb"), Path.Combine(folder.Path, "saved_model.pb"));
        Assert.Contains("SavedModel without its weights", Assert.Throws<CheckpointFormatException>(() => Checkpoint.Open(folder.Path)).Message);
    }
}
