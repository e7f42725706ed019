using AlbertNative.Model;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Training;

namespace AlbertNative.Tests.Training;

/// <summary>Whole runs of the default model on a few sentences: what they write, and that they can be gone on with.</summary>
public sealed class FineTuningTests : IDisposable
{
    private const string Sentences = "Mary\tB-PER\nwent\tO\nto\tO\nTehran\tB-LOC\n.\tO\n\nThe\tO\nking\tO\nof\tO\nIsrael\tB-LOC\n\nJohn\tB-PER\nsaid\tO\nso\tO\n\n";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_run_that_was_cancelled_and_resumed_writes_the_bytes_of_one_that_was_not()
    {
        string whole = FileOf("whole"), parted = FileOf("parted");
        using (FineTuning run = Start(threads: 1))
            Assert.Equal(TrainingEnd.Finished, run.Run(whole).End);
        using (CancellationTokenSource stop = new())
        using (FineTuning run = Start(threads: 2))
        {
            TrainingSummary summary = run.Run(parted, progress: step => { if (step.Number == 3) stop.Cancel(); }, cancellationToken: stop.Token);
            Assert.Equal((TrainingEnd.Cancelled, 3), (summary.End, summary.Updates));
            Assert.True(File.Exists(Path.Combine(parted, "model.safetensors")));
        }
        using (FineTuning run = Start(threads: 3))
            Assert.Equal(TrainingEnd.Finished, run.Run(parted, resume: true).End);
        foreach (string name in new[] { "config.json", "model.safetensors", "trainer_state.json" })
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole, name)), File.ReadAllBytes(Path.Combine(parted, name)));
        foreach (string name in new[] { "model.safetensors", "optimizer.safetensors", "trainer_state.json" })
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole, "checkpoint-6", name)), File.ReadAllBytes(Path.Combine(parted, "checkpoint-6", name)));
        Assert.Empty(Directory.EnumerateDirectories(parted, "*.partial"));
    }

    [Fact]
    public void What_is_written_opens_as_a_tagger_with_the_trained_scores()
    {
        string output = FileOf("tagger");
        using FineTuning run = Start(threads: 2);
        run.Run(output);
        using TextModel model = TextModel.Open(output);
        Assert.Equal(["B-LOC", "B-PER", "O"], model.Config.Labels);
        TokenBatch batch = new();
        batch.Add([.. model.Tokenizer.Encode("Mary went to Tehran.").Ids]);
        run.Model.Forward(batch);
        LogitsOutput output2 = new TokenClassificationHead(model.Transformer).Forward(batch);
        for (int row = 0; row < batch.TokenCount; row++)
            Assert.Equal(run.Model.Logits[row].ToArray(), output2.Logits[row].ToArray());
        Assert.Contains("learning_rate", File.ReadAllText(Path.Combine(output, "README.md")));
    }

    [Fact]
    public void Another_run_is_not_gone_on_with()
    {
        string output = FileOf("first");
        using (FineTuning run = Start(threads: 1))
            run.Run(output);
        using FineTuning other = Start(threads: 1, learningRate: 1e-4);
        Assert.Contains("other options", Assert.Throws<FormatException>(() => other.Run(output, resume: true)).Message);
        using FineTuning none = Start(threads: 1);
        Assert.Contains("no checkpoint", Assert.Throws<FormatException>(() => none.Run(FileOf("empty"), resume: true)).Message);
    }

    [Fact]
    public void A_run_with_other_weights_of_classes_is_another_run()
    {
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        string path = FileOf("texts.csv");
        File.WriteAllText(path, "text,label\na,x\nb,x\nc,y\n");
        DataSet<LabelledText> texts = DataFiles.ReadTexts(path);
        string Fingerprint(bool balanced) => new ClassificationTask(files.LoadTokenizer(), texts, null, 32, balanced: balanced).Fingerprint;
        Assert.Equal(Fingerprint(true), Fingerprint(true));
        Assert.NotEqual(Fingerprint(false), Fingerprint(true));
    }

    [Fact]
    public void Parts_of_speech_are_judged_also_where_a_word_has_no_piece()
    {
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        DataSet<TaggedSentence> words = Read("pos.txt", "a\tDET\nking\tNOUN\n\u200b\tPUNCT\nwent\tVERB\nup\tADP\n\n");
        TaggingTask task = new(files.LoadTokenizer(), words, words, 5);
        using FineTuning run = new(files, task, new TrainingOptions { ThreadCount = 1 });
        TaskScores scores = run.Evaluate(task.Dev!);
        // The word without a piece, and the one that is cut off, are wrong.
        Assert.InRange(scores.Metrics["accuracy"], 0, 0.6);
        Assert.Equal("accuracy", task.MainMetric);
        Assert.Equal(scores.Metrics["accuracy"], scores.Summary!["accuracy"]);
    }

    [Fact]
    public void A_tag_that_train_does_not_have_is_named_with_its_line()
    {
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        DataSet<TaggedSentence> train = Read("train.txt", Sentences), dev = Read("dev.txt", "a\tO\n\nb\tB-ORG\n");
        DataFormatException refusal = Assert.Throws<DataFormatException>(() => new TaggingTask(files.LoadTokenizer(), train, dev, 32));
        Assert.Contains("dev.txt(3)", refusal.Message);
        Assert.Contains("B-ORG", refusal.Message);
    }

    [Fact]
    public void Text_is_learnt_by_its_hidden_words_and_each_epoch_hides_others()
    {
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        string path = FileOf("text.txt");
        File.WriteAllText(path, string.Concat(Enumerable.Repeat("the king of israel went up to jerusalem and spoke unto the people\n", 12)));
        MaskedLanguageTask task = new(files.LoadTokenizer(), DataFiles.ReadDocuments(path), DataFiles.ReadDocuments(path), 32, seed: 7);
        int[] hidden = task.Train.RowsOf([0, 1]);
        task.Train.BeginEpoch(1);
        Assert.NotEqual(hidden, task.Train.RowsOf([0, 1]));
        using FineTuning run = new(files, task, new TrainingOptions { LearningRate = 1e-3, BatchSize = 2, Epochs = 6, WarmupSteps = 0, ThreadCount = 2 });
        TrainingSummary summary = run.Run(FileOf("words"));
        Assert.True(summary.Evaluations[^1].Scores.Metrics["loss"] < summary.Evaluations[0].Scores.Metrics["loss"]);
        using TextModel model = TextModel.Open(FileOf("words"));
        Assert.Contains(ModelArchitecture.MaskedLM, model.Transformer.Architectures);
    }

    [Fact]
    public void Answers_are_learnt_and_judged_by_SQuADs_rule()
    {
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        string path = FileOf("questions.jsonl");
        File.WriteAllText(path, """{"question": "Who went to Tehran?", "context": "Mary went to Tehran.", "answers": {"text": ["Mary"], "answer_start": [0]}}""" + "\n");
        DataSet<QuestionExample> questions = DataFiles.ReadQuestions(path);
        AnsweringTask task = new(files.LoadTokenizer(), questions, questions, 32, 8);
        using FineTuning run = new(
            files, task, new TrainingOptions { LearningRate = 3e-3, BatchSize = 1, MaxSteps = 30, WarmupSteps = 3, ThreadCount = 1, LoadBestModelAtEnd = false });
        TrainingSummary summary = run.Run(FileOf("answers"));
        Assert.Equal(100, summary.Evaluations[^1].Scores.Main);
        using TextModel model = TextModel.Open(FileOf("answers"));
        Assert.Contains(ModelArchitecture.QuestionAnswering, model.Transformer.Architectures);
    }

    public void Dispose() => _folder.Dispose();

    private string FileOf(string name) => Path.Combine(_folder.Path, name);

    private FineTuning Start(int threads, double learningRate = 1e-3)
    {
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        DataSet<TaggedSentence> sentences = Read("train.txt", Sentences);
        TaggingTask task = new(files.LoadTokenizer(), sentences, sentences, 32);
        return new FineTuning(files, task, new TrainingOptions { LearningRate = learningRate, BatchSize = 2, Epochs = 3, ThreadCount = threads });
    }

    private DataSet<TaggedSentence> Read(string name, string text)
    {
        string path = FileOf(name);
        File.WriteAllText(path, text);
        return DataFiles.ReadTags(path);
    }
}
