using AlbertNative.Evaluation;
using AlbertNative.Model;
using AlbertNative.Tensors;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Model;
using AlbertNative.Training;

namespace AlbertNative.Tests.Training;

/// <summary>A CRF on a tagger: its loss and gradients by enumeration, and a model that is trained, written and opened with it.</summary>
public sealed class CrfTrainingTests : IDisposable
{
    private const string Sentences = "Mary\tB-PER\nwent\tO\nto\tO\nTehran\tB-LOC\n.\tO\n\nThe\tO\nking\tO\nof\tO\nIsrael\tB-LOC\n\nKing\tB-PER\nJohn\tI-PER\nsaid\tO\nso\tO\n\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Loss_and_gradients_are_those_of_all_sequences_written_out()
    {
        ModelConfig config = TinyModel.Config with { HasCrf = true };
        using TrainableModel model = TrainableModel.Create(
            config, ModelArchitecture.TokenClassification, TinyModel.Weights(ModelArchitecture.TokenClassification, config));
        TokenBatch batch = new();
        batch.Add([4, 5, 6, 7, 8]);
        batch.Add([9, 10, 11]);
        batch.Add([12, 13]);
        int[] labels = [-100, 0, 2, -100, 1, 1, -100, 2, -100, -100];
        int[][] rows = [[1, 2, 4], [5, 7]];
        model.Forward(batch);
        double[][] logits = [.. Enumerable.Range(0, 10).Select(row => Array.ConvertAll(model.Logits[row].ToArray(), x => (double)x))];
        CrfTargets targets = new(labels, [5, 3, 2]);
        Assert.Equal(2, targets.Weight.First);
        double loss = targets.Apply(model, targets.Weight).Total;

        Assert.Equal(rows.Average(text => Loss(model, logits, text, labels)), loss, 1e-9);
        const double Step = 1e-5;
        for (int row = 0; row < 10; row++)
        {
            for (int label = 0; label < 3; label++)
            {
                double Moved(double by)
                {
                    double[][] moved = [.. logits.Select(values => values.ToArray())];
                    moved[row][label] += by;
                    return rows.Average(text => Loss(model, moved, text, labels));
                }
                Assert.Equal((Moved(Step) - Moved(-Step)) / (2 * Step), model.Logits[row][label], 1e-6);
            }
        }
        foreach (string name in (string[])[CrfTransitions.StartName, CrfTransitions.BetweenName, CrfTransitions.EndName])
        {
            TrainableParameter parameter = model.Layout[name];
            for (int i = 0; i < parameter.Length; i++)
            {
                float before = model.Values.Values[parameter.Offset + i], up = before + 1e-3f, down = before - 1e-3f;
                double Moved(float value)
                {
                    model.Values.Values[parameter.Offset + i] = value;
                    return rows.Average(text => Loss(model, logits, text, labels));
                }
                double slope = (Moved(up) - Moved(down)) / ((double)up - down);
                model.Values.Values[parameter.Offset + i] = before;
                Assert.Equal(slope, model.Gradients.Values[parameter.Offset + i], 1e-6);
            }
        }
    }

    [Fact]
    public void A_tagger_with_a_CRF_learns_and_opens_with_it()
    {
        string output = Path.Combine(_folder.Path, "out");
        DataSet<TaggedSentence> sentences = DataFiles.ReadTags(_folder.Write("train.txt", string.Concat(Enumerable.Repeat(Sentences, 10))));
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        TaggingTask task = new(files.LoadTokenizer(), sentences, sentences, 32, crf: true);
        using (FineTuning run = new(files, task, new TrainingOptions { LearningRate = 1e-3, BatchSize = 6, Epochs = 6, ThreadCount = 2 }))
        {
            Assert.Contains(CrfTransitions.BetweenName, run.Model.NewParameters);
            Assert.Equal(1, run.Run(output).Evaluations[^1].Scores.Metrics["f1"]);
        }
        using TokenClassifier tagger = TokenClassifier.Load(output);
        Assert.True(tagger.Config.HasCrf);
        Assert.Equal(["B-PER", "I-PER", "O", "O"], tagger.ClassifyWords(["King", "John", "said", "so"]).Select(label => label?.Label));
        Assert.Equal([("PER", "King John")], tagger.Classify("King John said so", new() { Aggregation = AggregationStrategy.Average })
            .Select(entity => (entity.Label, "King John said so"[entity.Span.Start..entity.Span.End])));
        Assert.All(tagger.ClassifyWords(["King", "John"]), label => Assert.InRange(label!.Value.Score, 0.5f, 1));
    }

    [Fact]
    public void What_a_scheme_forbids_is_not_chosen()
    {
        ModelConfig config = TinyModel.Config with { Labels = ["O", "B-X", "I-X"] };
        float[][] scores = [[0, 1, 2], [3, 0, 2.5f], [0, 0, 4]];
        int[] free = [.. scores.Select(row => Array.IndexOf(row, row.Max()))];
        Assert.Equal([2, 0, 2], free);
        MatrixBuffer buffer = new();
        Matrix logits = buffer.Shape(3, 3);
        for (int row = 0; row < 3; row++)
            scores[row].CopyTo(logits[row]);
        WordDecoder decoder = WordDecoder.Of(null, config.Labels, TagScheme.Iob2)!;
        (int Label, float Score)[] decoded = decoder.Decode(logits, [0, 1, 2]);
        Assert.Equal([1, 2, 2], decoded.Select(word => word.Label));
        // The probability among the sequences that the scheme allows, written out.
        double all = 0, chosen = 0;
        foreach (int[] labels in from a in (int[])[0, 1, 2] from b in (int[])[0, 1, 2] from c in (int[])[0, 1, 2] select new[] { a, b, c })
        {
            bool allowed = labels[0] != 2 && (labels[1] != 2 || labels[0] != 0) && (labels[2] != 2 || labels[1] != 0);
            double weight = allowed ? Math.Exp(labels.Select((label, word) => (double)scores[word][label]).Sum()) : 0;
            (all, chosen) = (all + weight, chosen + (labels[1] == 2 ? weight : 0));
        }
        Assert.Equal(chosen / all, decoded[1].Score, 1e-6);
        Assert.Null(WordDecoder.Of(null, config.Labels, null));
        Assert.Throws<ArgumentException>(() => WordDecoder.Of(null, ["NOUN"], TagScheme.Iob2));
    }

    /// <summary>−ln of the share of the right sequence among all.</summary>
    private static double Loss(TrainableModel model, double[][] logits, int[] rows, int[] labels)
    {
        double Value(string name, int i) => model.Values.Values[model.Layout[name].Offset + i];
        double Score(int[] sequence) => Value(CrfTransitions.StartName, sequence[0]) + Value(CrfTransitions.EndName, sequence[^1])
            + sequence.Select((label, word) => logits[rows[word]][label] + (word == 0 ? 0 : Value(CrfTransitions.BetweenName, (3 * sequence[word - 1]) + label))).Sum();
        IEnumerable<int[]> sequences = [[]];
        foreach (int _ in rows)
            sequences = [.. sequences.SelectMany(sequence => Enumerable.Range(0, 3).Select(label => (int[])[.. sequence, label]))];
        return Math.Log(sequences.Sum(sequence => Math.Exp(Score(sequence)))) - Score([.. rows.Select(row => labels[row])]);
    }
}
