using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Tensors;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Conversion;

public sealed class OneFileModelTests : IDisposable
{
    private const string Ffn = "albert.encoder.albert_layer_groups.0.albert_layers.0.ffn.weight";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    public void Int8_files_give_the_bits_of_a_model_that_is_rounded_when_it_is_loaded(int groups, int innerGroups)
    {
        ModelConfig config = TinyModel.Config with { GroupCount = groups, InnerGroupCount = innerGroups, HiddenSize = 264 };
        string single = OneFile.Write(At("single.safetensors"), WeightStorage.Float32, config: config);
        string rounded = OneFile.Write(At("rounded.safetensors"), WeightStorage.Int8, config: config);
        string reference = OneFile.HalveEmbeddings(single, At("reference.safetensors"));
        Assert.Equal(OneFile.Outputs(reference, WeightPrecision.Int8), OneFile.Outputs(rounded));
        Assert.Equal(OneFile.Outputs(reference, WeightPrecision.Int8), OneFile.Outputs(rounded, WeightPrecision.Int8, threads: 2));
        Assert.NotEqual(OneFile.Outputs(single), OneFile.Outputs(rounded));
    }

    [Fact]
    public void Int8_files_of_a_narrow_model_are_held_in_16_bits_and_compute_what_their_codes_stand_for()
    {
        ModelConverter.Convert(OneFile.Nano, At("nano.safetensors"), new() { Storage = WeightStorage.Int8 });
        float[] expected = OneFile.Outputs(At("nano.safetensors"), WeightPrecision.Float32), actual = OneFile.Outputs(At("nano.safetensors"));
        Assert.NotEqual(expected, actual);
        Assert.All(expected, (value, i) => Assert.InRange(actual[i], value - 0.05f, value + 0.05f));
    }

    [Fact]
    public void Int8_files_are_smaller_than_half_precision_whatever_the_vocabulary()
    {
        ModelConverter.Convert(OneFile.Nano, At("int8.safetensors"), new() { Storage = WeightStorage.Int8 });
        ModelConverter.Convert(OneFile.Nano, At("fp16.safetensors"), new() { Storage = WeightStorage.Float16 });
        Assert.True(new FileInfo(At("int8.safetensors")).Length < new FileInfo(At("fp16.safetensors")).Length);
        using Checkpoint file = Checkpoint.Open(At("int8.safetensors"));
        CheckpointTensor half = Assert.Single(file.Tensors, tensor => tensor.Type == TensorType.F16);
        Assert.Equal(OneFile.WordEmbeddings, half.Name);
    }

    [Fact]
    public void Int8_files_hold_codes_and_scales_under_the_weights_names()
    {
        using Checkpoint file = Checkpoint.Open(OneFile.Write(At("m.safetensors"), WeightStorage.Int8));
        string[] codes = [.. file.Tensors.Where(tensor => tensor.Type == TensorType.I8).Select(tensor => tensor.Name[^18..])];
        Assert.Equal(5, codes.Length);
        Assert.DoesNotContain(codes, name => name.Contains("dense", StringComparison.Ordinal));
        Assert.True(file.TryGet(Ffn + "_scale", out CheckpointTensor? scales));
        Assert.Equal([TinyModel.Config.IntermediateSize], scales.Shape);
    }

    [Fact]
    public void Int8_files_held_in_single_precision_are_the_numbers_that_the_codes_stand_for()
    {
        string rounded = OneFile.Write(At("rounded.safetensors"), WeightStorage.Int8);
        ModelExporter.Export(rounded, At("expanded"));
        Assert.Equal(OneFile.Outputs(At("expanded")), OneFile.Outputs(rounded, WeightPrecision.Float32));
        Assert.Equal(OneFile.Weights(rounded), OneFile.Weights(At("expanded")));
    }

    [Fact]
    public void Files_that_are_in_8_bits_throughout_have_every_matrix_so_and_are_the_smallest()
    {
        string rounded = OneFile.Write(At("rounded.safetensors"), WeightStorage.Int8All);
        using (Checkpoint file = Checkpoint.Open(rounded))
        {
            Assert.All(file.Tensors, tensor => Assert.Equal(tensor.Shape.Length == 2 ? TensorType.I8 : TensorType.F32, tensor.Type));
            Assert.True(file.TryGet(OneFile.WordEmbeddings + "_scale", out CheckpointTensor? scales));
            Assert.Equal([TinyModel.Config.VocabularySize], scales.Shape);
        }
        Assert.True(new FileInfo(rounded).Length < new FileInfo(OneFile.Write(At("layers.safetensors"), WeightStorage.Int8)).Length);
        ModelExporter.Export(rounded, At("expanded"));
        Assert.Equal(OneFile.Outputs(At("expanded")), OneFile.Outputs(rounded, WeightPrecision.Float32));
        ModelConverter.Convert(rounded, At("again.safetensors"), new() { Storage = WeightStorage.Int8All });
        Assert.Equal(OneFile.Weights(rounded), OneFile.Weights(At("again.safetensors")));
        using PreTrainedModel copied = PreTrainedModel.Open(rounded, new() { Weights = WeightAccess.Copied });
        Assert.Equal(WeightPrecision.Int8, copied.Precision);
    }

    [Fact]
    public void A_file_says_how_it_asks_to_be_held_and_whoever_opens_it_has_the_last_word()
    {
        string plain = OneFile.Write(At("plain.safetensors"), WeightStorage.Int8), held = At("held.safetensors");
        ModelConverter.Convert(plain, held, new() { Storage = WeightStorage.Int8All, Hold = WeightPrecision.Float32 });
        Assert.Equal((WeightPrecision.Int8, WeightPrecision.Float32), (PrecisionOf(plain), PrecisionOf(held)));
        Assert.Equal(WeightPrecision.Int8, PrecisionOf(held, WeightPrecision.Int8));

        ModelConverter.Convert(held, At("again.safetensors"), new() { Storage = WeightStorage.Int8All });
        ModelConverter.Convert(held, At("other.safetensors"), new() { Storage = WeightStorage.Int8All, Hold = WeightPrecision.Int8 });
        Assert.Equal((WeightPrecision.Float32, WeightPrecision.Int8), (PrecisionOf(At("again.safetensors")), PrecisionOf(At("other.safetensors"))));

        string unknown = OneFile.Rewrite(held, At("unknown.safetensors"), entries => entries["albertnative.hold"] = "fp8");
        Assert.Contains("albertnative.hold is 'fp8', expected fp32, int8, int16", Assert.Throws<CheckpointFormatException>(() => PrecisionOf(unknown)).Message, StringComparison.Ordinal);

        static WeightPrecision PrecisionOf(string path, WeightPrecision? chosen = null)
        {
            using PreTrainedModel model = PreTrainedModel.Open(path, new() { Precision = chosen });
            return model.Precision;
        }
    }

    [Fact]
    public void Half_precision_keeps_vectors_whole_and_results_close()
    {
        string single = OneFile.Write(At("single.safetensors"), WeightStorage.Float32);
        string half = OneFile.Write(At("half.safetensors"), WeightStorage.Float16);
        using (Checkpoint file = Checkpoint.Open(half))
            Assert.All(file.Tensors, tensor => Assert.Equal(tensor.Shape.Length == 2 ? TensorType.F16 : TensorType.F32, tensor.Type));
        SortedDictionary<string, float[]> weights = OneFile.Weights(half);
        foreach ((string name, float[] values) in OneFile.Weights(single))
            Assert.Equal(name.EndsWith("bias", StringComparison.Ordinal) || name.Contains("orm", StringComparison.Ordinal) ? values : Array.ConvertAll(values, v => (float)(Half)v), weights[name]);
        float[] expected = OneFile.Outputs(single), actual = OneFile.Outputs(half);
        Assert.InRange(System.Numerics.Tensors.TensorPrimitives.CosineSimilarity(expected, actual), 0.99999, 1.00001);
    }

    [Fact]
    public void A_file_loads_wherever_a_directory_does()
    {
        ModelExporter.Export(OneFile.Nano, At("nano"));
        Assert.Equal(OneFile.Outputs(At("nano")), OneFile.Outputs(OneFile.Nano));
        Assert.Equal(ModelConfig.Load(At("nano")).ToJson(), ModelConfig.Load(OneFile.Nano).ToJson());
        TokenizerOptions fast = new() { Semantics = TokenizerSemantics.Fast };
        string text = "The king of Judah, در شهر تهران.";
        Assert.Equal(
            Tokenizer.Load(At("nano"), fast).Encode(text).Ids.ToArray(), ModelTokenizer.Load(OneFile.Nano, fast).Encode(text).Ids.ToArray());
        using TextEmbedder directory = TextEmbedder.Load(At("nano"), modelOptions: new() { Tokenizer = fast });
        using TextEmbedder file = TextEmbedder.Load(OneFile.Nano, modelOptions: new() { Tokenizer = fast });
        Assert.Equal(directory.Embed(text), file.Embed(text));
        Assert.Equal(128, file.MaxLength);
    }

    [Fact]
    public void A_checkpoint_file_has_its_other_parts_beside_it()
    {
        string directory = Path.Combine(OneFile.Formats, "torch-zip");
        Assert.Equal(OneFile.Outputs(directory), OneFile.Outputs(Path.Combine(directory, "pytorch_model.bin")));
    }

    [Fact]
    public void Files_without_a_part_are_refused_by_its_name()
    {
        string noConfig = OneFile.Rewrite(OneFile.Nano, At("no-config.safetensors"), entries => entries.Remove("config.json"));
        Assert.Contains("no-config.safetensors: has no config.json", Refuse<CheckpointFormatException>(() => PreTrainedModel.Open(noConfig)));

        string badConfig = OneFile.Rewrite(OneFile.Nano, At("bad-config.safetensors"), entries => entries["config.json"] = "{");
        Assert.Contains(Path.Combine("bad-config.safetensors", "config.json"), Refuse<CheckpointFormatException>(() => PreTrainedModel.Open(badConfig)));

        string noTokenizer = OneFile.Rewrite(OneFile.Nano, At("no-text.safetensors"), add: (_, tensor) => tensor.Type == TensorType.U8);
        PreTrainedModel.Open(noTokenizer).Dispose();
        Assert.Contains("none of tokenizer.json, spiece.model and vocab.txt", Refuse<FileNotFoundException>(() => TextEmbedder.Load(noTokenizer)));

        string wordPiece = OneFile.Rewrite(OneFile.Nano, At("word-piece.safetensors"), add: (writer, tensor) =>
        {
            if (tensor.Type != TensorType.U8)
                return false;
            writer.Add("tokenizer.vocab_txt", TensorType.U8, [4], OneFile.Utf8("a\nb\n").AsMemory());
            return true;
        });
        Assert.Contains("the unknown token '<unk>' is not in the vocabulary", Refuse<TokenizerFormatException>(() => ModelTokenizer.Load(wordPiece)));

        string version = OneFile.Rewrite(OneFile.Nano, At("version.safetensors"), entries => entries["albertnative.version"] = "2");
        Assert.Contains("albertnative.version is '2', expected '1'", Refuse<CheckpointFormatException>(() => PreTrainedModel.Open(version)));
    }

    [Fact]
    public void A_tokenizer_that_is_no_bytes_is_refused()
    {
        string path = OneFile.Rewrite(OneFile.Nano, At("m.safetensors"), add: (writer, tensor) =>
        {
            if (tensor.Type != TensorType.U8)
                return false;
            writer.Add(tensor.Name, TensorType.F32, [2], new float[2].AsMemory());
            return true;
        });
        Assert.Contains("tokenizer.spiece_model F32 [2]: expected the bytes of a file", Refuse<CheckpointFormatException>(() => ModelTokenizer.Load(path)));
        Assert.Contains("a part of it", Refuse<TokenizerFormatException>(() => Tokenizer.Load(path)));
    }

    [Fact]
    public void Scales_that_do_not_fit_are_refused_by_name()
    {
        string rounded = OneFile.Write(At("rounded.safetensors"), WeightStorage.Int8);
        Assert.Contains($"{Ffn}_scale F32 [69] does not fit {Ffn} I8 [70, 39], expected F32 [70]", RefuseScale(rounded, TensorType.F32, new float[69]));
        Assert.Contains($"{Ffn}_scale F16 [70] does not fit", RefuseScale(rounded, TensorType.F16, new float[70]));
        float[] scales = new float[70];
        scales[3] = float.NaN;
        Assert.Contains($"{Ffn}_scale has an impossible scale at element 3", RefuseScale(rounded, TensorType.F32, scales));
        Assert.Contains($"{Ffn} is I8, expected a floating-point type or a {Ffn}_scale beside it", RefuseScale(rounded, default, null));
    }

    [Fact]
    public void Codes_that_rounding_does_not_make_are_refused()
    {
        string rounded = OneFile.Write(At("rounded.safetensors"), WeightStorage.Int8);
        string path = OneFile.Rewrite(rounded, At("m.safetensors"), add: (writer, tensor) =>
        {
            if (tensor.Name != Ffn)
                return false;
            byte[] codes = new byte[tensor.ElementCount];
            codes[^1] = 0x80;
            writer.Add(Ffn, TensorType.I8, tensor.Shape.AsSpan(), codes.AsMemory());
            return true;
        });
        Assert.Contains($"{Ffn} has the code -128", Refuse<CheckpointFormatException>(() => PreTrainedModel.Open(path)));
    }

    private string RefuseScale(string rounded, TensorType type, float[]? scales)
    {
        string path = OneFile.Rewrite(rounded, At("m.safetensors"), add: (writer, tensor) =>
        {
            if (tensor.Name != Ffn + "_scale")
                return false;
            if (scales is not null)
                writer.Add(tensor.Name, type, [scales.Length], scales.AsMemory());
            return true;
        });
        return Refuse<CheckpointFormatException>(() => PreTrainedModel.Open(path));
    }

    private static string Refuse<TException>(Func<object> load)
        where TException : Exception => Assert.Throws<TException>(load).Message;

    private string At(string name) => Path.Combine(_folder.Path, name);
}
