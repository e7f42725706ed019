using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using AlbertNative.Checkpoints;
using AlbertNative.Testing;
using AlbertNative.Tokenization;
using AlbertNative.Training;
using Encoding = AlbertNative.Tokenization.Encoding;

namespace AlbertNative.ParityTests.Training;

/// <summary>Examples as Hugging Face's scripts prepare them with albert-nano's vocabulary.</summary>
public sealed class PreparationGoldenTests
{
    [Fact]
    public void Labels_of_words_become_labels_of_pieces_as_in_run_ner()
    {
        Tokenizer tokenizer = Nano();
        JsonElement[] lines = [.. Read("tagging.jsonl.gz")];
        string[] labels = lines[0].GetProperty("labels").Deserialize<string[]>()!;
        string[] oddLabels = lines[0].GetProperty("odd_labels").Deserialize<string[]>()!;
        IReadOnlyList<TaggedSentence> sentences =
            DataFiles.ReadTags(SharedFolder.Require("datasets", lines[0].GetProperty("dataset").GetString()!));
        int cases = 0;
        foreach (JsonElement line in lines.Skip(1))
        {
            bool odd = line.TryGetProperty("words", out JsonElement given);
            TaggedSentence sentence = odd ? null! : sentences[line.GetProperty("sentence").GetInt32()];
            IReadOnlyList<string> words = odd ? given.Deserialize<string[]>()! : sentence.Words;
            IReadOnlyList<string> tags = odd ? line.GetProperty("tags").Deserialize<string[]>()! : sentence.Tags;
            string[] names = odd ? oddLabels : labels;
            int[] wordLabels = [.. tags.Select(tag => Array.IndexOf(names, tag))];
            Encoding encoding = tokenizer.EncodeWords(words, new() { MaxLength = line.GetProperty("max_length").GetInt32() });
            Assert.Equal(line.GetProperty("ids").Deserialize<int[]>(), encoding.Ids.ToArray());
            Assert.Equal(line.GetProperty("word").Deserialize<int[]>(), encoding.WordIndices.ToArray());
            Assert.Equal(line.GetProperty("labels").Deserialize<int[]>(), new LabelAlignment(names, PieceLabels.First).Align(encoding, wordLabels));
            Assert.Equal(line.GetProperty("labels_all").Deserialize<int[]>(), new LabelAlignment(names, PieceLabels.All).Align(encoding, wordLabels));
            cases++;
        }
        Assert.NotEqual(0, cases);
    }

    [Fact]
    public void Questions_become_windows_as_in_run_qa()
    {
        Tokenizer tokenizer = Nano();
        JsonElement[] lines = [.. Read("questions.jsonl.gz")];
        Dictionary<string, QuestionExample> questions = DataFiles
            .ReadQuestions(SharedFolder.Require("datasets", lines[0].GetProperty("dataset").GetString()!)).ToDictionary(q => q.Id);
        int windows = 0, otherOffsets = 0;
        foreach (JsonElement line in lines.Skip(1))
        {
            string id = line.GetProperty("id").GetString()!;
            (string question, string context, TextSpan? answer) = line.TryGetProperty("question", out JsonElement given)
                ? Odd(line, given.GetString()!)
                : (questions[id].Question, questions[id].Context, questions[id].Answers is [{ } first, ..] ? first.Span : null);
            int stride = line.GetProperty("stride").GetInt32();
            int length = line.GetProperty("max_length").GetInt32();
            if (line.TryGetProperty("error", out _))
            {
                Assert.Throws<ArgumentException>(() => QuestionWindow.Cut(tokenizer, question, context, length, stride));
                continue;
            }
            IReadOnlyList<QuestionWindow> cut = QuestionWindow.Cut(tokenizer, question, context, length, stride);
            JsonElement features = line.GetProperty("features");
            Assert.Equal(features.GetArrayLength(), cut.Count);
            for (int w = 0; w < cut.Count; w++)
            {
                string where = $"{id}, {length}, window {w}";
                Assert.Equal(features[w].GetProperty("ids").Deserialize<int[]>(), cut[w].Input.InputIds);
                Assert.Equal(features[w].GetProperty("types").Deserialize<int[]>(), cut[w].Input.TokenTypeIds);
                otherOffsets += OtherOffsets(features[w].GetProperty("offsets"), cut[w], context);
                (int Start, int End) found = cut[w].Locate(answer);
                Assert.True((features[w].GetProperty("start").GetInt32(), features[w].GetProperty("end").GetInt32()) == found, $"{where}: {found}");
                windows++;
            }
            if (line.TryGetProperty("prediction", out JsonElement prediction))
                CheckPrediction(prediction, id, length, context, cut);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{windows} windows, {otherOffsets} offsets differ");
        Assert.NotEqual(0, windows);
        Assert.Equal(0, otherOffsets);
    }

    [Fact]
    public void Texts_become_blocks_as_in_run_mlm()
    {
        Tokenizer tokenizer = Nano();
        int cases = 0;
        foreach (JsonElement line in Read("blocks.jsonl.gz"))
        {
            string[] texts = File.ReadAllLines(SharedFolder.Require("corpora", line.GetProperty("corpus").GetString()!))
                [line.GetProperty("first_line").GetInt32()..][..line.GetProperty("lines").GetInt32()];
            if (line.TryGetProperty("line_by_line", out _))
            {
                EncodeOptions cut = new() { MaxLength = line.GetProperty("max_length").GetInt32() };
                Assert.Equal(line.GetProperty("ids").Deserialize<int[][]>(), texts.Select(text => tokenizer.Encode(text, cut).Ids.ToArray()));
                continue;
            }
            List<int[]> encoded = [.. texts.Select(text => tokenizer.Encode(text).Ids.ToArray())];
            // The last group of the goldens' 2,300 lines has an empty text for its 301st: what follows the last line end.
            if (encoded.Sum(text => text.Length) != line.GetProperty("pieces").GetInt32())
                encoded[^1] = [tokenizer.ClsId, tokenizer.SepId];
            List<int[]> blocks = [.. TextBlocks.Cut(encoded, line.GetProperty("block").GetInt32())];
            Assert.Equal(line.GetProperty("pieces").GetInt32(), encoded.Sum(text => text.Length));
            Assert.Equal(line.GetProperty("dropped").GetInt32(), encoded.Sum(text => text.Length) - blocks.Sum(block => block.Length));
            Assert.Equal(line.GetProperty("sha256").Deserialize<string[]>(), blocks.Select(Digest));
            cases++;
        }
        Assert.NotEqual(0, cases);
    }

    [Fact]
    public void Tokens_are_masked_as_by_Hugging_Faces_collator()
    {
        int cases = 0;
        using Checkpoint tensors = Checkpoint.Open(SharedFolder.Require("goldens", "training", "preparation", "masks.safetensors"));
        using JsonDocument list = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Require("goldens", "training", "preparation", "masks.json")));
        Tokenizer tokenizer = Nano();
        foreach (JsonElement line in list.RootElement.EnumerateArray())
        {
            string name = line.GetProperty("case").GetInt32().ToString(System.Globalization.CultureInfo.InvariantCulture);
            TokenMasking masking = new(tokenizer.MaskId, tokenizer.VocabularySize)
            {
                Probability = line.GetProperty("mlm_probability").GetDouble(),
                MaskShare = line.GetProperty("mask_replace_prob").GetDouble(),
                RandomShare = line.GetProperty("random_replace_prob").GetDouble(),
            };
            int[] ids = Integers(tensors, $"{name}.input_ids", out int columns);
            int[] special = Integers(tensors, $"{name}.special_tokens_mask", out _);
            double[][] draws = [.. Enumerable.Range(0, line.GetProperty("draws").GetInt32()).Select(d => Doubles(tensors, $"{name}.draw.{d}"))];
            List<MaskedInput> masked = [];
            for (int start = 0; start < ids.Length; start += columns)
            {
                int row = start;
                masked.Add(masking.MaskEach(ids.AsSpan(row, columns), t => special[row + t] != 0, (t, which) => draws[which][row + t]));
            }
            Assert.Equal(Integers(tensors, $"{name}.masked_input_ids", out _), masked.SelectMany(m => m.InputIds));
            Assert.Equal(Integers(tensors, $"{name}.labels", out _), masked.SelectMany(m => m.Labels));
            Assert.Equal(line.GetProperty("chosen").GetInt32(), masked.Sum(m => m.Labels.Count(label => label >= 0)));
            cases++;
        }
        Assert.NotEqual(0, cases);
    }

    private static void CheckPrediction(JsonElement expected, string id, int length, string context, IReadOnlyList<QuestionWindow> windows)
    {
        List<(double[], double[])> logits =
        [
            .. windows.Select((window, w) => (
                SyntheticLogits($"start:{id}:{length}:{w}", window.Input.Length), SyntheticLogits($"end:{id}:{length}:{w}", window.Input.Length))),
        ];
        AnswerSelection selection = AnswerSelection.Of(context, windows, logits);
        int[] points = CodePointIndices(context);
        Assert.Equal(expected.GetProperty("null_score").GetDouble(), selection.NoAnswerScore, 1e-9);
        JsonElement candidates = expected.GetProperty("candidates");
        for (int i = 0; i < candidates.GetArrayLength(); i++)
        {
            AnswerCandidate candidate = selection.Candidates[i];
            Assert.Equal(candidates[i][0].GetDouble(), candidate.Score, 1e-9);
            Assert.Equal((candidates[i][1].GetInt32(), candidates[i][2].GetInt32()), (points[candidate.Span.Start], points[candidate.Span.End]));
        }
        Assert.Equal(expected.GetProperty("answer").GetString(), selection.Answer);
        Assert.Equal(expected.GetProperty("answer_v2").GetString(), selection.AnswerOrNothing());
        Assert.Equal(expected.GetProperty("difference").GetDouble(), selection.NoAnswerMargin, 1e-9);
    }

    private static (string Question, string Context, TextSpan? Answer) Odd(JsonElement line, string question)
    {
        string context = line.GetProperty("context").GetString()!;
        JsonElement answer = line.GetProperty("answers")[0];
        int start = Utf16Index(context, answer.GetProperty("answer_start").GetInt32());
        return (question, context, new TextSpan(start, start + answer.GetProperty("text").GetString()!.Length));
    }

    private static int OtherOffsets(JsonElement expected, QuestionWindow window, string context)
    {
        int[] points = CodePointIndices(context);
        int others = 0;
        for (int token = 0; token < window.Spans.Length; token++)
        {
            (int, int)? offset = expected[token].ValueKind == JsonValueKind.Null ? null : (expected[token][0].GetInt32(), expected[token][1].GetInt32());
            (int, int)? actual = window.Spans[token] is { } span ? (points[span.Start], points[span.End]) : null;
            others += offset == actual ? 0 : 1;
        }
        return others;
    }

    /// <summary>4·v of shared/README.md, rounded to 6 digits.</summary>
    private static double[] SyntheticLogits(string name, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Math.Round(4 * SyntheticValue.Of(name, i), 6))];

    private static int[] CodePointIndices(string text)
    {
        int[] indices = new int[text.Length + 1];
        for (int i = 0, points = 0; i < text.Length; i++)
        {
            points += char.IsLowSurrogate(text[i]) && i > 0 && char.IsHighSurrogate(text[i - 1]) ? 0 : 1;
            indices[i + 1] = points;
        }
        return indices;
    }

    private static int Utf16Index(string text, int point) => text.EnumerateRunes().Take(point).Sum(rune => rune.Utf16SequenceLength);

    private static int[] Integers(Checkpoint tensors, string name, out int columns)
    {
        Assert.True(tensors.TryGet(name, out CheckpointTensor? tensor));
        columns = (int)tensor.Shape[^1];
        return [.. CheckpointComparison.Integers(tensor).Select(value => (int)value)];
    }

    private static double[] Doubles(Checkpoint tensors, string name)
    {
        Assert.True(tensors.TryGet(name, out CheckpointTensor? tensor));
        return CheckpointComparison.Doubles(tensor);
    }

    private static string Digest(int[] ids) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<int>(ids)))[..16];

    private static Tokenizer Nano() => Tokenizer.Load(SharedFolder.Require("models", "albert-nano"));

    private static IEnumerable<JsonElement> Read(string name) =>
        GoldenLines.Read(SharedFolder.Require("goldens", "training", "preparation", name));
}
