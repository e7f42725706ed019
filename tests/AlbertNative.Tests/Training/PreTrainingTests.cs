using AlbertNative.Model;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Training;

namespace AlbertNative.Tests.Training;

/// <summary>ALBERT's pre-training on a few lines, from a checkpoint and from random weights.</summary>
public sealed class PreTrainingTests : IDisposable
{
    private const string Text = """
        in the beginning god created the heaven and the earth
        and the earth was without form and void
        and darkness was upon the face of the deep

        and god said let there be light and there was light
        and god saw the light that it was good
        and god divided the light from the darkness

        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Inputs_are_two_segments_with_whole_words_hidden()
    {
        PreTrainingTask task = Make(out _);
        Assert.InRange(task.Train.Count, 2, 10);
        int[] all = [.. Enumerable.Range(0, task.Train.Count)];
        HashSet<string> drawn = [];
        int swapped = 0;
        for (int epoch = 0; epoch < 40; epoch++)
        {
            task.Train.BeginEpoch(epoch);
            TokenBatch batch = new();
            foreach (int example in all)
                task.Train.AddTo(batch, example);
            int[] rows = task.Train.RowsOf(all);
            SegmentInputs inputs = (SegmentInputs)task.Train;
            Assert.Equal(rows.Length, inputs.WordsOf(all).Length);
            for (int example = 0; example < all.Length; example++)
            {
                (int start, int length) = batch.RowsOf(example);
                Assert.Equal(task.Train.TokensOf(example), length);
                Assert.InRange(length, 5, 32);
                int hidden = rows.Count(row => row >= start && row < start + length);
                Assert.Equal(Math.Max(1, (int)Math.Round(0.15 * (length - 3))), hidden);
                Assert.Equal(1, batch.TokenTypeIds[start + length - 1]);
                Assert.Equal(0, batch.TokenTypeIds[start]);
            }
            swapped += inputs.SwapsOf(all).Sum();
            drawn.Add(string.Join(',', rows));
        }
        Assert.InRange(swapped / (40.0 * all.Length), 0.35, 0.65);
        Assert.InRange(drawn.Count, 35, 40);
        task.Train.BeginEpoch(3);
        int[] again = task.Train.RowsOf(all);
        task.Train.BeginEpoch(4);
        task.Train.BeginEpoch(3);
        Assert.Equal(again, task.Train.RowsOf(all));
    }

    [Fact]
    public void A_model_of_random_weights_learns_and_is_judged_by_the_cards_block()
    {
        PreTrainingTask task = Make(out ModelFiles files);
        using (files)
        {
            ModelConfig small = files.ReadConfig() with { HiddenSize = 48, EmbeddingSize = 24, HeadCount = 3, IntermediateSize = 96, LayerCount = 2, InitializerRange = 0.05 };
            using FineTuning run = new(files, task, new TrainingOptions { LearningRate = 3e-3, BatchSize = 4, MaxSteps = 60, WarmupSteps = 5, ThreadCount = 2, EvaluationSteps = 30 }, small);
            Assert.Equal(run.Model.Layout.Parameters.Length, run.Model.NewParameters.Count);
            TrainingSummary summary = run.Run(Path.Combine(_folder.Path, "out"));
            Assert.Equal(2, summary.Evaluations.Count);
            TaskScores first = summary.Evaluations[0].Scores, last = summary.Evaluations[1].Scores;
            Assert.True(last.Metrics["loss"] < Math.Log(small.VocabularySize) + Math.Log(2) - 1);
            Assert.Equal(last.Metrics["loss"], last.Metrics["masked_lm_loss"] + last.Metrics["sentence_order_loss"], 1e-9);
            Assert.Equal(
                ["global_step", "loss", "masked_lm_accuracy", "masked_lm_loss", "sentence_order_accuracy", "sentence_order_loss"],
                last.Report.Split('\n').Select(line => line.Split(' ')[0]));
            Assert.StartsWith("global_step = 30\n", first.Report, StringComparison.Ordinal);
        }
        using TextModel model = TextModel.Open(Path.Combine(_folder.Path, "out"));
        Assert.Equal(48, model.Config.HiddenSize);
        Assert.Contains(ModelArchitecture.PreTraining, model.Transformer.Architectures);
        Assert.Contains("<svg", File.ReadAllText(Path.Combine(_folder.Path, "out", "training.svg")), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_pre_trained_is_refused()
    {
        PreTrainingTask task = Make(out ModelFiles files);
        files.Dispose();
        Assert.Contains("fill-mask", Assert.Throws<NotSupportedException>(() => task.ConfigOf(new ModelConfig(ModelFamily.Bert))).Message, StringComparison.Ordinal);
        using ModelFiles nano = ModelFiles.Open(ShippedModels.Nano);
        DataSet<TextDocument> empty = DataFiles.ReadDocuments(_folder.Write("empty.txt", "\n\n"));
        Assert.Throws<DataFormatException>(() => new PreTrainingTask(nano.LoadTokenizer(), empty, null, 32, 1));
    }

    private PreTrainingTask Make(out ModelFiles files)
    {
        files = ModelFiles.Open(ShippedModels.Nano);
        DataSet<TextDocument> documents = DataFiles.ReadDocuments(_folder.Write("text.txt", Text));
        return new PreTrainingTask(files.LoadTokenizer(), documents, documents, 32, seed: 7);
    }
}
