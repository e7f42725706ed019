using AlbertNative.Annotations;
using AlbertNative.Model;
using AlbertNative.Model.Onnx;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Cli;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Annotations;

public sealed class SparkNlpExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_tagger_is_written_with_its_labels_and_padded_words()
    {
        CliRun run = CliRun.Of("export", "--onnx", "--spark-nlp", ShippedModels.Tagger, At("tagger"));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal("AlbertForTokenClassification", run.Lines.Single().GetProperty("class").GetString());

        using AlbertOnnx graph = AlbertOnnx.Open(At("tagger/model.onnx"));
        Assert.Equal((SparkNlpExporter.WarmUpRows, ModelArchitecture.TokenClassification), (graph.Config.VocabularySize, graph.Architecture));
        using ModelFiles files = ModelFiles.OpenPath(ShippedModels.Tagger);
        Assert.Equal(files.ReadConfig().Labels, File.ReadAllLines(At("tagger/assets/labels.txt")));
        Assert.Equal(files.Read(ModelFiles.SentencePieceModel), File.ReadAllBytes(At("tagger/assets/spiece.model")));
    }

    [Fact]
    public void A_model_without_a_head_for_texts_is_written_for_vectors()
    {
        SparkNlpExport export = SparkNlpExporter.Export(Nano.Path, At("nano"), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("AlbertEmbeddings", export.ClassName);
        Assert.Contains(export.Notes, note => note.Contains("batchSize", StringComparison.Ordinal));
        Assert.False(File.Exists(At("nano/assets/labels.txt")));
    }

    [Fact]
    public void A_cancelled_export_leaves_nothing()
    {
        Assert.Throws<OperationCanceledException>(
            () => SparkNlpExporter.Export(Nano.Path, At("nano"), cancellationToken: new CancellationToken(canceled: true)));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_directory_in_use_is_left_as_it_is()
    {
        _folder.Write("used/file", "x");
        Assert.Throws<IOException>(() => SparkNlpExporter.Export(Nano.Path, At("used"), cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal("x", File.ReadAllText(At("used/file")));
    }

    [Fact]
    public void It_needs_the_graph() =>
        Assert.Equal(2, CliRun.Of("export", "--spark-nlp", Nano.Path, At("nano")).ExitCode);

    private string At(string name) => Path.Combine(_folder.Path, name);
}
