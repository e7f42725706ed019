using System.Text.Json;
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
            TrainingSummary summary = run.Run(parted, events: new() { Updated = step => { if (step.Number == 3) stop.Cancel(); } }, cancellationToken: stop.Token);
            Assert.Equal((TrainingEnd.Cancelled, 3), (summary.End, summary.Updates));
            Assert.True(File.Exists(Path.Combine(parted, "model.safetensors")));
        }
        using (FineTuning run = Start(threads: 3))
            Assert.Equal(TrainingEnd.Finished, run.Run(parted, parted).End);
        foreach (string name in new[] { "config.json", "model.safetensors", "trainer_state.json", "log.jsonl" })
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole, name)), File.ReadAllBytes(Path.Combine(parted, name)));
        foreach (string name in new[] { "model.safetensors", "optimizer.safetensors", "trainer_state.json", "training_options.json" })
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
    public void A_run_goes_on_from_any_of_its_checkpoints_in_any_directory()
    {
        string whole = FileOf("whole"), other = FileOf("other");
        FineTuning Last(int threads) => Start(threads, options: options => options with { LoadBestModelAtEnd = false });
        using (FineTuning run = Last(threads: 1))
            run.Run(whole);
        using (FineTuning run = Last(threads: 2))
            Assert.Equal([6], run.Run(other, Path.Combine(whole, "checkpoint-4")).Evaluations.Select(evaluation => evaluation.Step));
        foreach (string name in new[] { "model.safetensors", "trainer_state.json", "log.jsonl", Path.Combine("checkpoint-6", "optimizer.safetensors") })
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole, name)), File.ReadAllBytes(Path.Combine(other, name)));
    }

    [Fact]
    public void Another_run_is_not_gone_on_with_and_what_differs_is_named()
    {
        string output = FileOf("first");
        using (FineTuning run = Start(threads: 1))
            run.Run(output);
        using FineTuning other = Start(threads: 1, learningRate: 1e-4);
        Assert.Contains("learning_rate was 0.001 and is 0.0001", Assert.Throws<FormatException>(() => other.Run(output, output)).Message);
        using (FineTuning data = Start(threads: 1, text: Sentences + Sentences))
            Assert.Matches("task was tag .*train.txt, 3 sentences.* and is tag .*train.txt, 6 sentences", Assert.Throws<FormatException>(() => data.Run(output, output)).Message);
        using FineTuning none = Start(threads: 1);
        Assert.Contains("no checkpoint", Assert.Throws<FormatException>(() => none.Run(FileOf("empty"), FileOf("empty"))).Message);
        Assert.False(Directory.Exists(FileOf("empty")));
        File.WriteAllText(Path.Combine(output, "checkpoint-6", "training_options.json"), "[1]");
        Assert.Contains("training_options.json", Assert.Throws<FormatException>(() => none.Run(output, output)).Message);
    }

    [Fact]
    public void The_state_has_transformers_keys_and_the_log_its_entries()
    {
        string output = FileOf("state");
        List<string> saved = [];
        List<IReadOnlyDictionary<string, double>> logged = [];
        using (FineTuning run = Start(threads: 1, options: options => options with { EarlyStopping = 2, EarlyStoppingThreshold = 0.5 }))
            run.Run(output, events: new() { Saved = saved.Add, Logged = logged.Add });
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(output, "trainer_state.json")));
        JsonElement state = document.RootElement;
        Assert.Equal((3, 2, 2, 2), (Number("num_train_epochs"), Number("eval_steps"), Number("save_steps"), Number("train_batch_size")));
        Assert.True(state.GetProperty("total_flos").GetDouble() > 1e6 * Number("num_input_tokens_seen"));
        Assert.Equal(JsonValueKind.Null, state.GetProperty("trial_name").ValueKind);
        Assert.Equal(2, state.GetProperty("stateful_callbacks").GetProperty("EarlyStoppingCallback").GetProperty("args").GetProperty("early_stopping_patience").GetInt32());
        JsonElement[] history = [.. state.GetProperty("log_history").EnumerateArray()];
        Assert.True(history[^1].GetProperty("train_loss").GetDouble() > 0);
        string[] lines = File.ReadAllLines(Path.Combine(output, "log.jsonl"));
        Assert.Equal(history.Select(entry => JsonSerializer.Serialize(entry)), lines.Select(line => JsonSerializer.Serialize(JsonDocument.Parse(line).RootElement)));
        Assert.Equal(history.Length, logged.Count);
        Assert.Equal(["checkpoint-2", "checkpoint-4", "checkpoint-6"], saved.Select(path => Path.GetFileName(path)));

        int Number(string key) => state.GetProperty(key).GetInt32();
    }

    [Theory]
    [InlineData(1, 6, null, "6")]
    [InlineData(1, 6, 2, "2 6")]
    [InlineData(2, 6, 2, "2 6")]
    [InlineData(2, 6, 6, "4 6")]
    [InlineData(3, 8, 2, "2 6 8")]
    [InlineData(2, 4, 99, "2 4 6 8")]
    public void Checkpoints_rotate_as_the_Trainers(int limit, int last, int? best, string kept)
    {
        CheckpointFolders folders = new(_folder.Path);
        foreach (int step in (int[])[2, 4, 6, 8])
            folders.Write(step, _ => { });
        folders.Rotate(last, best, limit);
        Assert.Equal(kept, string.Join(' ', folders.Steps.Where(step => best == 99 || step <= last)));
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_leaves_nothing_and_the_one_before()
    {
        CheckpointFolders folders = new(_folder.Path);
        folders.Write(3, directory => File.WriteAllText(Path.Combine(directory, "a"), "first"));
        Assert.Throws<IOException>(() => folders.Write(3, directory =>
        {
            File.WriteAllText(Path.Combine(directory, "a"), "second");
            throw new IOException("no space left");
        }));
        Assert.Equal("first", File.ReadAllText(Path.Combine(folders.PathOf(3), "a")));
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder.Path));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "checkpoint-9.partial"));
        folders.Clean();
        Assert.Equal([3], folders.Steps);
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Whoever_is_told_of_an_evaluation_can_end_the_run()
    {
        using FineTuning run = Start(threads: 1);
        TrainingSummary summary = run.Run(FileOf("ended"), events: new() { Evaluated = _ => false });
        Assert.Equal((TrainingEnd.Stopped, 2), (summary.End, summary.Updates));
    }

    [Fact]
    public void A_frozen_encoders_states_are_computed_once_and_change_no_bit()
    {
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        DataSet<TaggedSentence> sentences = Read("train.txt", Sentences);
        TaggingTask task = new(files.LoadTokenizer(), sentences, sentences, 32);
        TrainingOptions options = new() { LearningRate = 1e-2, BatchSize = 2, Epochs = 3, ThreadCount = 2, Freeze = ModelPart.Encoder, Seed = 7 };
        List<double> Losses(bool keeps)
        {
            // Dropout so small that it drops nothing has its masks computed, and so no states kept.
            using FineTuning run = new(files, task, options with { HiddenDropout = keeps ? 0 : 1e-9, ClassifierDropout = 0.5 });
            List<double> losses = [];
            run.Run(FileOf($"frozen-{keeps}"), events: new() { Updated = step => losses.Add(step.Loss), Evaluated = evaluation => { losses.Add(evaluation.Scores.Metrics["loss"]); return true; } });
            return losses;
        }
        Assert.Equal(Losses(keeps: false), Losses(keeps: true));
        Assert.Equal(File.ReadAllBytes(Path.Combine(FileOf("frozen-True"), "model.safetensors")), File.ReadAllBytes(Path.Combine(FileOf("frozen-False"), "model.safetensors")));
    }

    [Fact]
    public void Words_beyond_the_longest_sequence_count_as_O_or_are_left_out()
    {
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        DataSet<TaggedSentence> words = Read("long.txt", "a\tB-X\nking\tO\nwent\tO\nup\tB-X\n\n");
        TaskScores Scores(bool leavesOut)
        {
            TaggingTask task = new(files.LoadTokenizer(), words, words, 5, leavesOutCutWords: leavesOut);
            using FineTuning run = new(files, task, new TrainingOptions { ThreadCount = 1 });
            return run.Evaluate(task.Dev!);
        }
        Assert.Contains(Scores(leavesOut: false).Summary!.Notes, note => note.StartsWith("1 words are beyond", StringComparison.Ordinal) && note.EndsWith("count as O.", StringComparison.Ordinal));
        TaskScores left = Scores(leavesOut: true);
        Assert.Contains(left.Summary!.Notes, note => note.EndsWith("are left out.", StringComparison.Ordinal));
        Assert.True(left.Metrics["accuracy"] >= Scores(leavesOut: false).Metrics["accuracy"]);
    }

    [Fact]
    public void The_optimizer_is_the_tasks_where_none_is_chosen()
    {
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        string path = FileOf("documents.txt");
        File.WriteAllText(path, "the king went up to jerusalem\nand spoke unto the people\n\n");
        PreTrainingTask task = new(files.LoadTokenizer(), DataFiles.ReadDocuments(path), null, 32, 1);
        Assert.Equal((OptimizerKind.AdamW, OptimizerKind.Lamb), (task.OptimizerFor(255), task.OptimizerFor(256)));
        using FineTuning run = new(files, task, new TrainingOptions { BatchSize = 256, MaxSteps = 1, ThreadCount = 1 });
        run.Run(FileOf("lamb"));
        string options = File.ReadAllText(Path.Combine(FileOf("lamb"), "checkpoint-1", "training_options.json"));
        Assert.Contains("\"optim\": \"lamb\"", options, StringComparison.Ordinal);
        Assert.Contains("\"adam_epsilon\": 1E-06", options, StringComparison.Ordinal);
    }

    [Fact]
    public void A_models_own_labels_keep_their_order()
    {
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        string path = FileOf("labels.csv");
        File.WriteAllText(path, "text,label\na,x\nb,y\nc,z\n");
        DataSet<LabelledText> texts = DataFiles.ReadTexts(path);
        IReadOnlyList<string> Labels(params string[] known) => new ClassificationTask(files.LoadTokenizer(), texts, null, 32, modelLabels: known).Labels;
        Assert.Equal(["z", "x", "y"], Labels("z", "x", "y"));
        Assert.Equal(["x", "y", "z"], Labels("z", "x"));
        Assert.Equal(["x", "y", "z"], Labels("z", "x", "y", "w"));
        Assert.Equal(["x", "y", "z"], Labels());
    }

    [Fact]
    public void Pairs_without_token_types_are_trained_and_opened_without_them()
    {
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        string path = FileOf("pairs.csv");
        File.WriteAllText(path, "sentence1,sentence2,label\nthe king,the queen,a\nthe sea,the ship,b\n");
        DataSet<LabelledText> texts = DataFiles.ReadTexts(path);
        foreach (bool given in (bool[])[true, false])
        {
            TrainingOptions options = new() { MaxSteps = 1, BatchSize = 2, ThreadCount = 1, GivesTokenTypes = given };
            ClassificationTask task = new(TrainingTokenizer.Load(files, options), texts, null, 32);
            TokenBatch batch = new();
            task.Train.AddTo(batch, 0);
            Assert.Equal(given, batch.TokenTypeIds.Contains(1));
            using FineTuning run = new(files, task, options);
            run.Run(FileOf($"types-{given}"));
            using TextClassifier classifier = TextClassifier.Load(FileOf($"types-{given}"));
            run.Model.Forward(batch);
            float expected = Probabilities.Softmax(run.Model.Logits[0])[0];
            Assert.Equal(expected, classifier.ClassifyPair("the king", "the queen").Single(label => label.Label == "a").Score);
        }
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

    private FineTuning Start(int threads, double learningRate = 1e-3, string text = Sentences, Func<TrainingOptions, TrainingOptions>? options = null)
    {
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        DataSet<TaggedSentence> sentences = Read("train.txt", text);
        TaggingTask task = new(files.LoadTokenizer(), sentences, sentences, 32);
        TrainingOptions chosen = new() { LearningRate = learningRate, BatchSize = 2, Epochs = 3, ThreadCount = threads };
        return new FineTuning(files, task, options is null ? chosen : options(chosen));
    }

    private DataSet<TaggedSentence> Read(string name, string text)
    {
        string path = FileOf(name);
        File.WriteAllText(path, text);
        return DataFiles.ReadTags(path);
    }
}
