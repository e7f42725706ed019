using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;
using static AlbertNative.Tensors.GradientOps;

namespace AlbertNative.Model;

/// <summary>tanh(W x + b) of each sequence's first token, and with a classifier behind it, dropout and scores.</summary>
internal sealed class TrainablePooler(TrainableLinear dense, TrainableLinear? classifier)
{
    private readonly MatrixBuffer _first = new(), _sum = new(), _pooled = new(), _dropped = new(), _logits = new();
    private readonly MatrixBuffer _dPooled = new(), _dFirst = new();

    /// <summary>[sequences, hidden]</summary>
    public Matrix Pooled { get; private set; }

    /// <summary>[sequences, labels]; takes the scores' gradient before <see cref="Backward"/>. Without a classifier the pooled output.</summary>
    public Matrix Logits { get; private set; }

    public void Pack(TeamThread thread)
    {
        dense.Pack(thread);
        classifier?.Pack(thread);
    }

    public void Prepare(int sequences)
    {
        int hidden = dense.Outputs;
        Pooled = _pooled.Shape(sequences, hidden);
        _first.Shape(sequences, hidden);
        _sum.Shape(sequences, hidden);
        _dropped.Shape(sequences, hidden);
        _dPooled.Shape(sequences, hidden);
        _dFirst.Shape(sequences, hidden);
        Logits = _logits.Shape(sequences, classifier?.Outputs ?? hidden);
    }

    /// <summary>Computes the scores.</summary>
    /// <param name="thread">The calling thread's place in its team.</param>
    /// <param name="states">[rows, hidden]</param>
    /// <param name="rows">Each sequence's first token among them.</param>
    /// <param name="places">The sequences 0, 1, 2, … with row 0, for the dropout mask.</param>
    /// <param name="masks">The dropout masks, or null.</param>
    public void Forward(
        TeamThread thread, Matrix states, ReadOnlySpan<int> rows, ReadOnlySpan<(int Sequence, int Row)> places, DropoutMasks? masks)
    {
        Matrix first = _first.Shape(rows.Length, dense.Inputs), sum = _sum.Shape(rows.Length, dense.Outputs);
        TensorOps.GatherRows(thread, states, rows, first);
        dense.Forward(thread, first, sum);
        Activate(thread, sum, Activation.Tanh, Pooled);
        if (classifier is null)
            TensorOps.CopyRows(thread, Pooled, Logits);
        else
            classifier.Forward(thread, Drop(thread, places, masks), Logits);
    }

    /// <summary>Adds to the gradient of the states.</summary>
    public void Backward(
        TeamThread thread, ReadOnlySpan<int> rows, ReadOnlySpan<(int Sequence, int Row)> places, DropoutMasks? masks, Matrix dStates)
    {
        Matrix dPooled = _dPooled.Shape(rows.Length, dense.Outputs), dFirst = _dFirst.Shape(rows.Length, dense.Inputs);
        Matrix sum = _sum.Shape(rows.Length, dense.Outputs), first = _first.Shape(rows.Length, dense.Inputs);
        if (classifier is null)
        {
            TensorOps.CopyRows(thread, Logits, dPooled);
        }
        else
        {
            classifier.AddGradients(thread, Logits, Drops(masks) ? _dropped.Shape(rows.Length, dense.Outputs) : Pooled);
            classifier.Backward(thread, Logits, dPooled);
            if (Drops(masks))
                Dropout(thread, dPooled, masks!, new(DropoutPlace.Head, 0, 0, 0, 0), places, default, dPooled);
        }
        ActivationGradient(thread, sum, Activation.Tanh, dPooled);
        dense.AddGradients(thread, dPooled, first);
        dense.Backward(thread, dPooled, dFirst);
        ScatterRows(thread, dFirst, rows, dStates);
    }

    private Matrix Drop(TeamThread thread, ReadOnlySpan<(int Sequence, int Row)> places, DropoutMasks? masks)
    {
        if (!Drops(masks))
            return Pooled;
        Matrix dropped = _dropped.Shape(Pooled.Rows, Pooled.Columns);
        Dropout(thread, Pooled, masks!, new(DropoutPlace.Head, 0, 0, 0, 0), places, default, dropped);
        return dropped;
    }

    private static bool Drops(DropoutMasks? masks) => masks is not null && masks.Applies(DropoutPlace.Head);
}

/// <summary>A classifier over every hidden state, with dropout before it where the class has it.</summary>
internal sealed class TrainableTokenClassifier(TrainableLinear classifier, bool drops)
{
    private readonly MatrixBuffer _dropped = new(), _logits = new();

    /// <summary>[rows, labels]; takes the scores' gradient before <see cref="Backward"/>.</summary>
    public Matrix Logits { get; private set; }

    public void Pack(TeamThread thread) => classifier.Pack(thread);

    public void Prepare(int rows)
    {
        _dropped.Shape(rows, classifier.Inputs);
        Logits = _logits.Shape(rows, classifier.Outputs);
    }

    public void Forward(TeamThread thread, Matrix states, ReadOnlySpan<(int Sequence, int Row)> places, DropoutMasks? masks)
    {
        Matrix input = Input(states, masks);
        if (Drops(masks))
            Dropout(thread, states, masks!, new(DropoutPlace.Head, 0, 0, 0, 0), places, default, input);
        classifier.Forward(thread, input, Logits);
    }

    /// <summary>Writes the gradient of the states.</summary>
    public void Backward(TeamThread thread, Matrix states, ReadOnlySpan<(int Sequence, int Row)> places, DropoutMasks? masks, Matrix dStates)
    {
        classifier.AddGradients(thread, Logits, Input(states, masks));
        classifier.Backward(thread, Logits, dStates);
        if (Drops(masks))
            Dropout(thread, dStates, masks!, new(DropoutPlace.Head, 0, 0, 0, 0), places, default, dStates);
    }

    private bool Drops(DropoutMasks? masks) => drops && masks is not null && masks.Applies(DropoutPlace.Head);

    private Matrix Input(Matrix states, DropoutMasks? masks) => Drops(masks) ? _dropped.Shape(states.Rows, states.Columns) : states;
}

/// <summary>A score for each word at some rows: transform, activation, LayerNorm, and the decoder, tied to the word embeddings.</summary>
internal sealed class TrainableWordScores(ModelConfig config, TrainableLinear dense, TrainableNorm norm, TrainableLinear decoder)
{
    private readonly Activation _activation = config.Activation.ToTensorActivation();
    private readonly MatrixBuffer _states = new(), _sum = new(), _activated = new(), _transformed = new(), _logits = new();
    private readonly MatrixBuffer _dTransformed = new(), _dActivated = new(), _dStates = new();

    /// <summary>[rows, vocabulary]; takes the scores' gradient before <see cref="Backward"/>.</summary>
    public Matrix Logits { get; private set; }

    public void Pack(TeamThread thread)
    {
        dense.Pack(thread);
        decoder.Pack(thread);
    }

    public void Prepare(int rows)
    {
        foreach (MatrixBuffer buffer in (ReadOnlySpan<MatrixBuffer>)[_states, _dStates])
            buffer.Shape(rows, config.HiddenSize);
        foreach (MatrixBuffer buffer in (ReadOnlySpan<MatrixBuffer>)[_sum, _activated, _transformed, _dTransformed, _dActivated])
            buffer.Shape(rows, config.EmbeddingSize);
        Logits = _logits.Shape(rows, decoder.Outputs);
    }

    public void Forward(TeamThread thread, Matrix states, ReadOnlySpan<int> rows)
    {
        Matrix selected = _states.Shape(rows.Length, config.HiddenSize), sum = Narrow(_sum), activated = Narrow(_activated);
        TensorOps.GatherRows(thread, states, rows, selected);
        dense.Forward(thread, selected, sum);                       // [rows, E]
        Activate(thread, sum, _activation, activated);
        norm.Forward(thread, activated, Narrow(_transformed));
        decoder.Forward(thread, Narrow(_transformed), Logits);      // [rows, V]
    }

    /// <summary>Adds to the gradient of the states.</summary>
    public void Backward(TeamThread thread, ReadOnlySpan<int> rows, Matrix dStates)
    {
        Matrix dTransformed = Narrow(_dTransformed), dActivated = Narrow(_dActivated);
        Matrix dSelected = _dStates.Shape(rows.Length, config.HiddenSize);
        decoder.AddGradients(thread, Logits, Narrow(_transformed));
        decoder.Backward(thread, Logits, dTransformed);
        norm.Backward(thread, dTransformed, Narrow(_activated), dActivated);
        ActivationGradient(thread, Narrow(_sum), _activation, dActivated);
        dense.AddGradients(thread, dActivated, _states.Shape(rows.Length, config.HiddenSize));
        dense.Backward(thread, dActivated, dSelected);
        ScatterRows(thread, dSelected, rows, dStates);
    }

    private Matrix Narrow(MatrixBuffer buffer) => buffer.Shape(Logits.Rows, config.EmbeddingSize);
}
