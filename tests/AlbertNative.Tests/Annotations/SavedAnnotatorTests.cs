using System.IO.Compression;
using AlbertNative.Annotations;
using AlbertNative.Model;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Annotations;

/// <summary>Directories as Spark NLP writes them.</summary>
public sealed class SavedAnnotatorTests : IDisposable
{
    /// <summary>Two of the records in which Spark NLP 5.5.3 has written the 16 labels of albert-nano-fa-upos.</summary>
    private const string Labels =
        "U0VRBiFvcmcuYXBhY2hlLmhhZG9vcC5pby5OdWxsV3JpdGFibGUib3JnLmFwYWNoZS5oYWRvb3AuaW8uQnl0ZXNXcml0YWJsZQAAAAAAAG3NKH" +
        "VTKz7KkIoBRhzOS/kAAAGOAAAAAAAAAYqs7QAFdXIAD1tMc2NhbGEuVHVwbGUyOy7MAN/RT9fAAgAAeHAAAAAKc3IADHNjYWxhLlR1cGxlMi6U" +
        "Zn1bkvn1AgACTAACXzF0ABJMamF2YS9sYW5nL09iamVjdDtMAAJfMnEAfgADeHB0AAROT1VOc3IAEWphdmEubGFuZy5JbnRlZ2VyEuKgpPeBhz" +
        "gCAAFJAAV2YWx1ZXhyABBqYXZhLmxhbmcuTnVtYmVyhqyVHQuU4IsCAAB4cAAAAAdzcQB+AAJ0AAFYc3EAfgAGAAAAD3NxAH4AAnQABUNDT05K" +
        "c3EAfgAGAAAABHNxAH4AAnQABElOVEpzcQB+AAYAAAAGc3EAfgACdAAEUFJPTnNxAH4ABgAAAApzcQB+AAJ0AANBREpzcQB+AAYAAAAAc3EAfg" +
        "ACdAAEVkVSQnNxAH4ABgAAAA5zcQB+AAJ0AAVQUk9QTnNxAH4ABgAAAAtzcQB+AAJ0AAVTQ09OSnNxAH4ABgAAAA1zcQB+AAJ0AANOVU1zcQB+" +
        "AAYAAAAIAAABMQAAAAAAAAEtrO0ABXVyAA9bTHNjYWxhLlR1cGxlMjsuzADf0U/XwAIAAHhwAAAABnNyAAxzY2FsYS5UdXBsZTIulGZ9W5L59Q" +
        "IAAkwAAl8xdAASTGphdmEvbGFuZy9PYmplY3Q7TAACXzJxAH4AA3hwdAADQVVYc3IAEWphdmEubGFuZy5JbnRlZ2VyEuKgpPeBhzgCAAFJAAV2" +
        "YWx1ZXhyABBqYXZhLmxhbmcuTnVtYmVyhqyVHQuU4IsCAAB4cAAAAANzcQB+AAJ0AANBRFBzcQB+AAYAAAABc3EAfgACdAADREVUc3EAfgAGAA" +
        "AABXNxAH4AAnQAA0FEVnNxAH4ABgAAAAJzcQB+AAJ0AAVQVU5DVHNxAH4ABgAAAAxzcQB+AAJ0AARQQVJUc3EAfgAGAAAACQ==";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_saved_annotator_is_read_with_its_settings()
    {
        WriteEmbeddings("onnx");
        using SavedAnnotator saved = SavedAnnotator.Open(_folder.Path);
        AlbertEmbeddings stage = Assert.IsType<AlbertEmbeddings>(saved.Stage);
        Assert.Equal((2, 64, "ref", "u"), (stage.BatchSize, stage.MaxSentenceLength, stage.StorageRef, stage.Uid));

        using AnnotationModel nano = AnnotationModel.Open(Nano.Path);
        Assert.Equal(VectorsOf(nano), VectorsOf(saved.Model!));
    }

    [Fact]
    public void Weights_of_TensorFlow_are_refused_with_what_to_do_instead()
    {
        WriteEmbeddings("tensorflow");
        PipelineFormatException refusal = Assert.Throws<PipelineFormatException>(() => SavedAnnotator.Open(_folder.Path));
        Assert.Contains("tensorflow", refusal.Message);
        Assert.Contains("albert-base-v1 on the Hugging Face hub", refusal.Message);
    }

    [Theory]
    [InlineData("{", "metadata")]
    [InlineData("""{"class":"com.johnsnowlabs.nlp.annotators.Stemmer","uid":"u","paramMap":{}}""", "Stemmer")]
    [InlineData("""{"uid":"u"}""", "metadata")]
    [InlineData("""{"class":"com.johnsnowlabs.nlp.embeddings.AlbertEmbeddings","uid":"u","paramMap":{"engine":"onnx"}}""", "_onnx")]
    public void What_is_no_saved_annotator_is_refused(string metadata, string named)
    {
        _folder.Write(Path.Combine("metadata", "part-00000"), metadata);
        PipelineFormatException refusal = Assert.Throws<PipelineFormatException>(() => SavedAnnotator.Open(_folder.Path));
        Assert.Contains(named, refusal.Message);
    }

    [Fact]
    public void A_setting_that_is_not_known_is_refused()
    {
        _folder.Write(
            Path.Combine("metadata", "part-00000"),
            """{"class":"com.johnsnowlabs.nlp.DocumentAssembler","uid":"u","paramMap":{"cleanup":"shrink"},"defaultParamMap":{}}""");
        Assert.Contains("'cleanup'", Assert.Throws<PipelineFormatException>(() => SavedAnnotator.Open(_folder.Path)).Message);
    }

    [Fact]
    public void A_graph_that_is_compressed_beyond_the_file_is_refused()
    {
        WriteEmbeddings("onnx");
        using (ZipArchive archive = new(File.Create(Path.Combine(_folder.Path, "albert_onnx")), ZipArchiveMode.Create))
        using (Stream entry = archive.CreateEntry("model.onnx").Open())
            entry.Write(new byte[1 << 22]);
        Assert.Contains("longer than the file", Assert.Throws<PipelineFormatException>(() => SavedAnnotator.Open(_folder.Path)).Message);
    }

    [Theory]
    [InlineData("albert_onnx")]
    [InlineData("albert_spp")]
    public void A_file_of_no_length_as_pipes_are_is_not_opened(string name)
    {
        WriteEmbeddings("onnx");
        string path = Path.Combine(_folder.Path, name);
        File.WriteAllBytes(path, []);
        Assert.Equal($"{path}: an empty file, or a pipe or a device", Assert.Throws<PipelineFormatException>(() => SavedAnnotator.Open(_folder.Path)).Message);
    }

    [Fact]
    public void Labels_are_read_by_their_ids()
    {
        string[] labels = Read(Convert.FromBase64String(Labels));
        Assert.Equal(16, labels.Length);
        Assert.Equal(("ADJ", "NOUN", "X"), (labels[0], labels[7], labels[15]));
    }

    [Fact]
    public void A_damaged_file_of_labels_is_refused_and_nothing_else()
    {
        byte[] whole = Convert.FromBase64String(Labels);
        for (int length = 0; length < whole.Length; length++)
            Assert.Throws<PipelineFormatException>(() => Read(whole[..length]));
        Random random = new(1);
        for (int i = 0; i < 3000; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                Read(damaged);
            }
            catch (PipelineFormatException)
            {
                // What is damaged may still be readable.
            }
        }
    }

    private string[] Read(byte[] labels)
    {
        _folder.Write(Path.Combine("metadata", "part-00000"), """{"class":"x","uid":"u"}""");
        _folder.Write(Path.Combine("fields", "labels", "part-00000"), labels);
        return SavedFiles.Read(_folder.Path).ReadLabels()!;
    }

    private void WriteEmbeddings(string engine)
    {
        _folder.Write(Path.Combine("metadata", "_SUCCESS"), "");
        _folder.Write(
            Path.Combine("metadata", "part-00000"),
            """
            {"class":"com.johnsnowlabs.nlp.embeddings.AlbertEmbeddings","uid":"u",
             "paramMap":{"engine":"ENGINE","batchSize":2,"inputCols":["document","token"]},
             "defaultParamMap":{"maxSentenceLength":64,"batchSize":8,"lazyAnnotator":false,"storageRef":"ref","engine":"tensorflow"}}
            """.Replace("ENGINE", engine, StringComparison.Ordinal));
        string graph = Path.Combine(_folder.Path, "graph");
        SparkNlpExporter.Export(Nano.Path, graph, cancellationToken: TestContext.Current.CancellationToken);
        using (ZipArchive archive = new(File.Create(Path.Combine(_folder.Path, "albert_onnx")), ZipArchiveMode.Create))
            archive.CreateEntryFromFile(Path.Combine(graph, "model.onnx"), "model.onnx", CompressionLevel.NoCompression);
        File.Copy(Path.Combine(graph, "assets", ModelFiles.SentencePieceModel), Path.Combine(_folder.Path, "albert_spp"));
    }

    private static float[] VectorsOf(AnnotationModel model) =>
    [
        .. new AnnotationPipeline(
            TextStages.Document,
            new Tokenizer { InputCols = ["document"], OutputCol = "token" },
            new AlbertEmbeddings(model) { InputCols = ["document", "token"], OutputCol = "e" })
            .Transform(["The king went up"]).Single().Annotations("e").SelectMany(a => a.Embeddings.ToArray()),
    ];
}
