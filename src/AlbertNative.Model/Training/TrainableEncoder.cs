using System.Numerics.Tensors;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;
using static AlbertNative.Tensors.GradientOps;

namespace AlbertNative.Model;

/// <summary>Embeddings and layers that are trained: the forward pass of <see cref="Encoder"/>, and back.</summary>
internal sealed class TrainableEncoder
{
    private readonly ModelConfig _config;
    private readonly (Matrix Values, Matrix Gradients) _words, _positions, _types;
    private readonly TrainableNorm _norm;
    private readonly TrainableLinear? _projection;
    private readonly TrainableLayer[][] _groups;

    public TrainableEncoder(ModelConfig config, ParameterSet parameters)
    {
        Family family = Family.Of(config.Family);
        _config = config;
        _words = parameters.Table(family.WordEmbeddings);
        _positions = parameters.Table(family.PositionEmbeddings);
        _types = parameters.Table(family.TokenTypeEmbeddings);
        _norm = parameters.Norm(family.EmbeddingNorm);
        bool projects = family.EmbeddingProjection is string projection
            && parameters.Layout.TryGet(TensorCatalogue.Weight(projection), out _);
        _projection = projects ? parameters.Linear(family.EmbeddingProjection!) : null;
        _groups = [.. Enumerable.Range(0, config.GroupCount).Select(group =>
            Enumerable.Range(0, config.InnerGroupCount).Select(inner => new TrainableLayer(config, parameters, group, inner)).ToArray())];
    }

    /// <summary>Packs all products' weights as they are now.</summary>
    public void Pack(TeamThread thread)
    {
        _projection?.Pack(thread);
        foreach (TrainableLayer[] group in _groups)
        {
            foreach (TrainableLayer layer in group)
                layer.Pack(thread);
        }
    }

    /// <summary>From the workspace's batch to its last state.</summary>
    public void Forward(TeamThread thread, TrainingWorkspace w, DropoutMasks? masks)
    {
        thread.ForEach(w.Batch.TokenCount, new EmbeddingSumStep(w.Batch, _words.Values, _positions.Values, _types.Values, w.EmbeddingSum));
        _norm.Forward(thread, w.EmbeddingSum, w.Embedded);
        Matrix embedded = w.Embedded;
        if (Drops(masks))
        {
            Dropout(thread, embedded, masks!, new(DropoutPlace.Embeddings, 0, 0, 0, 0), w.TokenRows, default, w.Dropped);
            embedded = w.Dropped;
        }
        if (_projection is null)
            TensorOps.CopyRows(thread, embedded, w.States[0]);
        else
            _projection.Forward(thread, embedded, w.States[0]);
        for (int layer = 0; layer < _config.StepCount; layer++)
            LayerOf(layer).Forward(thread, w, layer, masks);
    }

    /// <summary>From the gradient of the last state, in the workspace, to those of all parameters, or of all but the embeddings'.</summary>
    public void Backward(TeamThread thread, TrainingWorkspace w, DropoutMasks? masks, bool toEmbeddings)
    {
        for (int layer = _config.StepCount - 1; layer >= 0; layer--)
        {
            if (w.IsRecomputed(layer))
                LayerOf(layer).Forward(thread, w, layer, masks);
            LayerOf(layer).Backward(thread, w, layer, masks);
        }
        Matrix d = w.EmbeddingGradient, dStates = w.InputGradient;
        if (_projection is null)
        {
            TensorOps.CopyRows(thread, dStates, d);
        }
        else
        {
            _projection.AddGradients(thread, dStates, Drops(masks) ? w.Dropped : w.Embedded);
            if (toEmbeddings)
                _projection.Backward(thread, dStates, d);
        }
        if (!toEmbeddings)
            return;
        if (Drops(masks))
            Dropout(thread, d, masks!, new(DropoutPlace.Embeddings, 0, 0, 0, 0), w.TokenRows, default, d);
        _norm.Backward(thread, d, w.EmbeddingSum, w.EmbeddingSumGradient);
        ScatterAdd(thread, w.EmbeddingSumGradient, w.Batch.InputIds, _config.PadTokenId ?? -1, _words.Gradients);
        ScatterAdd(thread, w.EmbeddingSumGradient, w.Batch.Positions, -1, _positions.Gradients);
        ScatterAdd(thread, w.EmbeddingSumGradient, w.Batch.TokenTypeIds, -1, _types.Gradients);
    }

    private static bool Drops(DropoutMasks? masks) => masks is not null && masks.Applies(DropoutPlace.Embeddings);

    private TrainableLayer LayerOf(int layer) =>
        _groups[_config.GroupOf(layer / _config.InnerGroupCount)][layer % _config.InnerGroupCount];

    /// <summary>word + type + position of one token a tile.</summary>
    private readonly struct EmbeddingSumStep(TokenBatch batch, Matrix words, Matrix positions, Matrix types, Matrix sum) : ITeamStep
    {
        private readonly Matrix _words = words;
        private readonly Matrix _positions = positions;
        private readonly Matrix _types = types;
        private readonly Matrix _sum = sum;

        public void Execute(int tile, TeamThread thread)
        {
            Span<float> row = _sum[tile];
            TensorPrimitives.Add<float>(_words[batch.InputIds[tile]], _types[batch.TokenTypeIds[tile]], row);
            TensorPrimitives.Add(row, _positions[batch.Positions[tile]], row);
        }
    }
}
