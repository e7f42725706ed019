using System.Text.Json;
using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Model;
using AlbertNative.Training;

namespace AlbertNative.Tests.Cli;

/// <summary><c>albert train</c> from the command line, on a few examples.</summary>
public sealed class TrainCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Output => Path.Combine(_folder.Path, "out");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_BERT_checkpoint_learns_labels()
    {
        string model = WriteBert();
        string data = _folder.Write("pairs.csv", "sentence1,sentence2,label\n" + Often("the king,of israel,yes\nthe sea,of israel,no\nthe king,the sea,no\nthe king,of the sea,yes\n"));
        CliRun run = CliRun.Of(
            "train", "classify", "--model", model, "--train", data, "--dev", data, "--output", Output, "--learning-rate", "3e-3", "--max-steps", "40",
            "--batch-size", "4", "--warmup-steps", "0", "--max-length", "12", "--threads", "2", "--label-smoothing", "0.1", "--last-model");
        Assert.True(run.ExitCode == 0, run.Error);
        JsonElement judged = CliRun.Of("evaluate", "--model", Output, "--data", data).Lines[0];
        Assert.Equal(1, judged.GetProperty("metrics").GetProperty("accuracy").GetDouble());
        string yes = _folder.Write("yes.csv", "sentence1,sentence2,label\nthe king,of israel,yes\nthe king,of the sea,yes\n");
        Assert.Equal(1, CliRun.Of("evaluate", "--model", Output, "--data", yes).Lines[0].GetProperty("metrics").GetProperty("macro_f1").GetDouble());
        Assert.Equal(0.5, CliRun.Of("evaluate", "--model", Output, "--data", yes, "--all-labels").Lines[0].GetProperty("metrics").GetProperty("macro_f1").GetDouble());
        using TextModel trained = TextModel.Open(Output);
        Assert.Equal(ModelFamily.Bert, trained.Config.Family);
        Assert.Equal(["no", "yes"], trained.Config.Labels);
        Assert.Equal("BertForSequenceClassification", Assert.Single(trained.Config.Architectures));
    }

    [Fact]
    public void Choices_are_trained_and_judged_from_the_command_line()
    {
        string data = _folder.Write("choices.jsonl", Often("""
            {"text": "the king of", "choices": ["israel", "running", "eleven"], "label": 0}
            {"text": "he went up to", "choices": ["green", "jerusalem"], "label": 1}

            """));
        CliRun run = CliRun.Of(
            "train", "choose", "--train", data, "--dev", data, "--output", Output, "--learning-rate", "1e-3", "--max-steps", "30",
            "--batch-size", "2", "--warmup-steps", "0", "--threads", "2", "--last-model");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("dev loss", run.Error, StringComparison.Ordinal);
        JsonElement judged = CliRun.Of("evaluate", "--task", "choose", "--model", Output, "--data", data, "--train", data).Lines[0];
        Assert.Equal(1, judged.GetProperty("metrics").GetProperty("accuracy").GetDouble());
        Assert.Contains("20 of 20 examples also stand in", judged.GetProperty("notes")[0].GetString(), StringComparison.Ordinal);
        JsonElement file = CliRun.Of("evaluate", "--task", "choose", "--data", data, "--predictions", _folder.Write("p.txt", Often("0\n0\n"))).Lines[0];
        Assert.Equal(0.5, file.GetProperty("metrics").GetProperty("accuracy").GetDouble());
    }

    [Fact]
    public void A_share_of_train_judges_and_the_result_is_shown_and_drawn()
    {
        string data = _folder.Write("d.csv", "text,label\n" + Often("the king of israel,person\nthe sea and the ship,thing\nthe king and the queen,person\nbread and water,thing\n"));
        CliRun run = CliRun.Of(
            "train", "classify", "--train", data, "--dev", "20%", "--output", Output, "--learning-rate", "1e-3", "--epochs", "4", "--batch-size", "8",
            "--warmup-ratio", "0.1", "--class-weights", "balanced", "--threads", "2", "--metric", "eval_accuracy", "--checkpointing", "on", "--eval-steps", "4", "--adam-beta2", "0.99");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("32 examples, 2 labels, 16 updates (4 an epoch)", run.Error, StringComparison.Ordinal);
        Assert.Contains("accuracy", run.Output, StringComparison.Ordinal);
        Assert.Contains("Rows are true labels", run.Output, StringComparison.Ordinal);
        foreach (string name in (string[])["training.svg", "confusion.svg"])
            Assert.StartsWith("<svg", File.ReadAllText(Path.Combine(Output, name)), StringComparison.Ordinal);
        using JsonDocument state = JsonDocument.Parse(File.ReadAllText(Path.Combine(Output, "trainer_state.json")));
        Assert.True(state.RootElement.GetProperty("log_history").GetArrayLength() >= 16);
        Assert.Contains("| adam_beta2 | 0.99 |", File.ReadAllText(Path.Combine(Output, "README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_dry_run_tells_what_the_data_are_like_and_writes_nothing()
    {
        string data = _folder.Write("d.csv", "text,label\na b c d e f g h i j k l m n o p,x\nb,x\nc,y\n");
        CliRun run = CliRun.Of("train", "classify", "--train", data, "--dev", data, "--dry-run", "--max-length", "8", "--batch-size", "2", "--threads", "1");
        Assert.True(run.ExitCode == 0, run.Error);
        foreach (string line in (string[])["labels: x 2, y 1", "only one example has y", "longest 8", "cut off at --max-length: 1 of 3", "3 examples of dev also stand in train", "tokens/s: about", "memory:"])
            Assert.Contains(line, run.Error, StringComparison.Ordinal);
        Assert.Equal([data], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Sentence_embeddings_and_pre_training_are_commands_too()
    {
        string pairs = _folder.Write("p.csv", "sentence1,sentence2,score\n" + Often("the king,the queen,4\nthe king,a ship,1\nbread,water,3\n"));
        CliRun embed = CliRun.Of(
            "train", "embed", "--train", pairs, "--dev", pairs, "--loss", "cosine", "--largest-score", "5", "--output", Output, "--max-steps", "4",
            "--batch-size", "8", "--threads", "2", "--learning-rate", "1e-3");
        Assert.True(embed.ExitCode == 0, embed.Error);
        Assert.Contains("spearman", embed.Error, StringComparison.Ordinal);
        Assert.Equal(0, CliRun.Of("evaluate", "--task", "similarity", "--model", Output, "--data", pairs).ExitCode);

        string text = _folder.Write("t.txt", Often("the king went up to jerusalem\nand spoke unto the people\n\n"));
        string other = Path.Combine(_folder.Path, "pretrained");
        CliRun pretrain = CliRun.Of(
            "train", "pretrain", "--train", text, "--dev", text, "--random-weights", "--output", other, "--max-steps", "2", "--max-length", "24",
            "--batch-size", "8", "--threads", "2");
        Assert.True(pretrain.ExitCode == 0, pretrain.Error);
        Assert.Matches("global_step = 2\nloss = [0-9.]+\nmasked_lm_accuracy = [0-9.E-]+\nmasked_lm_loss = [0-9.]+\nsentence_order_accuracy = [0-9.]+\nsentence_order_loss = [0-9.]+\n", pretrain.Output);
    }

    [Fact]
    public void What_is_shown_at_the_end_is_judged_of_the_model_that_is_written()
    {
        string text = _folder.Write("t.txt", Often("the king went up to jerusalem\nand spoke unto the people\n\n"));
        CliRun Run(string output, params string[] options) => CliRun.Of(
        [
            "train", "pretrain", "--train", text, "--dev", text, "--output", output, "--max-steps", "2", "--eval-steps", "1", "--max-length", "24",
            "--batch-size", "8", "--threads", "2", "--warmup-steps", "0", "--scheduler", "constant", .. options,
        ]);
        // Nothing is learnt, so that no evaluation is better than the first.
        Assert.StartsWith("global_step = 1\n", Run(Output, "--learning-rate", "0").Output, StringComparison.Ordinal);
        Assert.StartsWith("global_step = 2\n", Run(Output, "--learning-rate", "0", "--last-model").Output, StringComparison.Ordinal);

        string worse = Path.Combine(_folder.Path, "worse");
        string[] best = Run(worse, "--learning-rate", "0.05").Output.Split('\n');
        Assert.Equal("global_step = 1", best[0]);
        Directory.Delete(Path.Combine(worse, "checkpoint-2"), recursive: true);
        CliRun resumed = Run(worse, "--learning-rate", "0.05", "--resume");
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Equal(best[1..], resumed.Output.Split('\n')[1..]);
    }

    [Fact]
    public void Events_are_objects_a_line_and_a_run_goes_on_from_a_named_checkpoint()
    {
        string data = _folder.Write("d.csv", "text,label\n" + Often("the king of israel,person\nthe sea,thing\nthe king,Person\n"));
        string[] arguments =
        [
            "train", "classify", "--train", data, "--dev", data, "--test", data, "--output-dir", Output, "--max-steps", "6", "--eval-steps", "3", "--logging-steps", "1",
            "--batch-size", "2", "--gradient-accumulation-steps", "2", "--threads", "1", "--json", "--lr-scheduler-type", "cosine", "--hidden-dropout", "0.1",
        ];
        CliRun run = CliRun.Of(arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        string[] events = [.. run.Lines.Select(line => line.GetProperty("event").GetString()!)];
        Assert.Equal("begin log log log evaluation checkpoint log log log evaluation checkpoint log result end", string.Join(' ', events));
        Assert.Equal("", run.Error);
        JsonElement begin = run.Lines[0], end = run.Lines[^1], result = run.Lines[^2];
        Assert.Equal((30, 6, 10), (begin.GetProperty("examples").GetInt32(), begin.GetProperty("updates").GetInt32(), begin.GetProperty("label_counts").GetProperty("thing").GetInt32()));
        string notes = string.Join('\n', begin.GetProperty("notes").EnumerateArray());
        Assert.Contains("--gradient-accumulation-steps makes batches of 4 examples", notes, StringComparison.Ordinal);
        Assert.Contains("learnt as 2: 'Person', 'person'", notes, StringComparison.Ordinal);
        Assert.Contains("30 examples of dev also stand in train", notes, StringComparison.Ordinal);
        Assert.Equal("test", result.GetProperty("part").GetString());
        Assert.True(result.GetProperty("metrics").GetProperty("accuracy").GetDouble() >= 0);
        Assert.Equal(("finished", 6), (end.GetProperty("reason").GetString(), end.GetProperty("updates").GetInt32()));
        Assert.Contains("\"hidden_dropout_prob\": 0.1", File.ReadAllText(Path.Combine(Output, "config.json")), StringComparison.Ordinal);

        byte[] model = File.ReadAllBytes(Path.Combine(Output, "model.safetensors"));
        CliRun again = CliRun.Of([.. arguments, "--resume-from-checkpoint", Path.Combine(Output, "checkpoint-3")]);
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Equal(model, File.ReadAllBytes(Path.Combine(Output, "model.safetensors")));
        CliRun other = CliRun.Of([.. arguments, "--resume", "--weight-decay", "0.5"]);
        Assert.Contains("weight_decay was 0.01 and is 0.5", other.Error, StringComparison.Ordinal);
        Assert.Equal(1, other.ExitCode);
    }

    [Theory]
    [InlineData("--fp16", "--fp16 is not supported: training is in single precision")]
    [InlineData("--group-by-length true", "--group-by-length is not supported")]
    [InlineData("--warmup-ratio 0.1 --warmup-steps 5", "exclude each other")]
    [InlineData("--warmup-ratio 2", "expected a share")]
    [InlineData("--early-stopping 0", "expected at least 1")]
    [InlineData("--dev 0%", "no share between 0 and 100 %")]
    [InlineData("--metric accuracy", "no development set")]
    [InlineData("--config nowhere.json", "nowhere.json")]
    [InlineData("--checkpointing perhaps", "expected auto|on|off")]
    [InlineData("--per-device-eval-batch-size 4", "--per-device-eval-batch-size is for --eval-loss batch-means")]
    [InlineData("--early-stopping-threshold 0.1", "--early-stopping-threshold is for --early-stopping")]
    [InlineData("--hidden-dropout 1", "hidden_dropout_prob is 1, expected from 0, below 1")]
    [InlineData("--last-model --load-best-model-at-end", "exclude each other")]
    [InlineData("--resume", "holds no checkpoint")]
    [InlineData("--regression --problem-type regression", "exclude each other")]
    public void Options_of_the_Trainer_that_cannot_be_are_refused_by_name(string options, string message)
    {
        CliRun run = CliRun.Of(["train", "classify", "--train", _folder.Write("d.csv", "text,label\na,1\nb,2\n"), "--output", Output, .. options.Split(' ')]);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Output));
    }

    [Theory]
    [InlineData("--class-weights balanced", "text,label\na,1\nb,2\n", "regression", "--class-weights is for one label of several")]
    [InlineData("--label-smoothing 0.1", "text,label\na,1\nb,2\n", "multi_label_classification", "--label-smoothing is for one label of several")]
    [InlineData("--label-smoothing 0.1 --class-weights balanced", "text,label\na,1\nb,2\n", "single_label_classification", "exclude each other")]
    [InlineData("", "text,label\na,1\nb,\n", "single_label_classification", "(3,label): the label is empty")]
    public void What_cannot_be_is_refused_in_a_line(string options, string data, string problem, string message)
    {
        CliRun run = CliRun.Of(
        [
            "train", "classify", "--train", _folder.Write("d.csv", data), "--output", Output, "--problem-type", problem,
            .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ]);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Output));
    }

    [Fact]
    public void A_question_that_leaves_less_room_than_the_stride_is_learnt_in_narrower_windows()
    {
        string context = string.Join(' ', Enumerable.Repeat("king", 40));
        string Question(int words) => JsonSerializer.Serialize(new
        {
            id = "q1",
            question = string.Join(' ', Enumerable.Repeat("sea", words)),
            context,
            answers = new { text = (string[])["king"], answer_start = (int[])[0] },
        });
        CliRun run = Dry(Question(20));
        Assert.True(run.ExitCode == 0, run.Error);
        string refused = Dry(Question(60)).Error;
        Assert.Matches(@"q\.jsonl\(1,question\): question 'q1' and the special tokens are \d+ tokens, which leaves no room for its context in 40", refused);

        CliRun Dry(string question) => CliRun.Of(
            "train", "answer", "--train", _folder.Write("q.jsonl", question), "--max-length", "40", "--doc-stride", "30", "--batch-size", "2", "--threads", "1", "--dry-run");
    }

    [Fact]
    public void A_share_of_plain_text_is_one_of_lines_for_masks_and_of_documents_for_their_order()
    {
        string text = _folder.Write("t.txt", Often("the king of israel\nwent up to jerusalem\n"));
        CliRun masks = CliRun.Of("train", "fill-mask", "--train", text, "--dev", "20%", "--line-by-line", "--batch-size", "4", "--threads", "1", "--dry-run");
        Assert.True(masks.ExitCode == 0, masks.Error);
        Assert.Contains("16 examples, 12 updates", masks.Error, StringComparison.Ordinal);
        CliRun order = CliRun.Of("train", "pretrain", "--train", text, "--dev", "20%", "--dry-run");
        Assert.NotEqual(0, order.ExitCode);
        Assert.Contains("is one document, of which no share can be divided off; blank lines divide documents", order.Error, StringComparison.Ordinal);
    }

    /// <summary>Ten times the lines, so that an epoch, after which a checkpoint is written, has several updates.</summary>
    private static string Often(string lines) => string.Concat(Enumerable.Repeat(lines, 10));

    /// <summary>A BERT of two layers with a vocabulary of a few words, as a directory.</summary>
    private string WriteBert()
    {
        ModelConfig config = new ModelConfig(ModelFamily.Bert)
        {
            VocabularySize = 10,
            HiddenSize = 24,
            LayerCount = 2,
            HeadCount = 2,
            IntermediateSize = 40,
            MaxPositionCount = 16,
            Architectures = ["BertModel"],
        };
        string directory = Path.Combine(_folder.Path, "bert");
        _folder.Write("bert/vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nking\nof\nisrael\nsea\n");
        using TrainableModel model = TrainableModel.Create(config, ModelArchitecture.Model, TinyModel.Weights(ModelArchitecture.Model, config));
        TrainedModelFiles.Write(directory, model, new Dictionary<string, byte[]?>());
        return directory;
    }
}
