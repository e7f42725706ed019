using AlbertNative.Model;

namespace AlbertNative.Training;

/// <summary>
/// The labels of words that a linear-chain CRF judges together: the mean over texts of −ln p(labels). A token without a label
/// (-100) is no part of the chain.
/// </summary>
internal sealed class CrfTargets(int[] labels, int[] lengths) : TrainingTargets
{
    public override LossParts Weight { get; } = new(CountTexts(labels, lengths), 0);

    public override LossParts Apply(TrainableModel model, LossParts total)
    {
        if (labels.Length != model.Logits.Rows)
            throw new ArgumentException($"{labels.Length} labels for {model.Logits.Rows} rows of scores");
        int count = model.Logits.Columns;
        LinearChainCrf crf = Load(model);
        double weight = total.First > 0 ? 1 / total.First : 0, loss = 0;
        int start = 0;
        foreach (int length in lengths)
        {
            int[] rows = [.. Enumerable.Range(start, length).Where(row => labels[row] >= 0)];
            double[] emissions = WordDecoder.Emissions(model.Logits, rows), gradients = new double[emissions.Length];
            if (rows.Length > 0)
                loss += weight * crf.AddGradients(emissions, [.. rows.Select(row => labels[row])], weight, gradients);
            for (int row = start; row < start + length; row++)
                model.Logits[row].Clear();
            for (int word = 0; word < rows.Length; word++)
            {
                for (int label = 0; label < count; label++)
                    model.Logits[rows[word]][label] = (float)gradients[word * count + label];
            }
            start += length;
        }
        Add(crf.Gradients.Start, model, CrfTransitions.StartName);
        Add(crf.Gradients.Between, model, CrfTransitions.BetweenName);
        Add(crf.Gradients.End, model, CrfTransitions.EndName);
        return new LossParts(loss, 0);
    }

    /// <summary>The field with the model's transitions as they are now.</summary>
    public static LinearChainCrf Load(TrainableModel model)
    {
        LinearChainCrf crf = new(model.Config.LabelCount);
        Read(model, CrfTransitions.StartName, crf.Scores.Start);
        Read(model, CrfTransitions.BetweenName, crf.Scores.Between);
        Read(model, CrfTransitions.EndName, crf.Scores.End);
        return crf;
    }

    private static void Read(TrainableModel model, string name, double[] values)
    {
        TrainableParameter parameter = model.Layout[name];
        for (int i = 0; i < values.Length; i++)
            values[i] = model.Values.Values[parameter.Offset + i];
    }

    private static void Add(double[] gradients, TrainableModel model, string name)
    {
        Span<float> all = model.Gradients.Values.Slice(model.Layout[name].Offset, gradients.Length);
        for (int i = 0; i < gradients.Length; i++)
            all[i] += (float)gradients[i];
    }

    private static int CountTexts(int[] labels, int[] lengths)
    {
        int texts = 0, start = 0;
        foreach (int length in lengths)
        {
            if (labels.AsSpan(start, length).IndexOfAnyInRange(0, int.MaxValue) >= 0)
                texts++;
            start += length;
        }
        return texts;
    }
}
