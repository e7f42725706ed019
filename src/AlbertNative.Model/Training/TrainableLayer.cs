using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;
using static AlbertNative.Tensors.GradientOps;

namespace AlbertNative.Model;

/// <summary>
/// One layer that is trained: forward, naming what the backward pass needs, and backward, step for step. Layers of a group
/// are the same layer: each adds its gradients to what is there.
/// </summary>
internal sealed class TrainableLayer(ModelConfig config, ParameterSet parameters, int group, int inner)
{
    private readonly Activation _activation = config.Activation.ToTensorActivation();
    private readonly TrainableLinear _queryKeyValue = parameters.Linear(
        Module(config, group, inner, m => m.Query), Module(config, group, inner, m => m.Key), Module(config, group, inner, m => m.Value));
    private readonly TrainableLinear _attentionOutput = parameters.Linear(Module(config, group, inner, m => m.AttentionOutput));
    private readonly TrainableNorm _attentionNorm = parameters.Norm(Module(config, group, inner, m => m.AttentionNorm));
    private readonly TrainableLinear _ffn = parameters.Linear(Module(config, group, inner, m => m.Ffn));
    private readonly TrainableLinear _ffnOutput = parameters.Linear(Module(config, group, inner, m => m.FfnOutput));
    private readonly TrainableNorm _fullLayerNorm = parameters.Norm(Module(config, group, inner, m => m.FullLayerNorm));

    public void Pack(TeamThread thread)
    {
        foreach (TrainableLinear linear in (ReadOnlySpan<TrainableLinear>)[_queryKeyValue, _attentionOutput, _ffn, _ffnOutput])
            linear.Pack(thread);
    }

    /// <summary>
    /// x [tokens, hidden] to y [rows, hidden], where rows are all tokens or, of the last layer, those that the head asks for.
    /// </summary>
    public void Forward(TeamThread thread, TrainingWorkspace w, int layer, DropoutMasks? masks)
    {
        LayerBuffers b = w.Layer(layer);
        Matrix x = w.States[layer], y = w.States[layer + 1];
        bool selects = y.Rows < x.Rows;
        _queryKeyValue.Forward(thread, x, b.QueryKeyValue);                                     // [tokens, 3H]
        if (selects)
        {
            TensorOps.GatherRows(thread, b.QueryKeyValue, w.Selected, b.Query);
            TensorOps.GatherRows(thread, x, w.Selected, b.SelectedInput);
            x = b.SelectedInput;
        }
        AttentionPass pass = Pass(w, b, layer, masks, selects);
        Attention(thread, in pass);                                                             // [rows, H]
        Project(thread, w, _attentionOutput, b.Context, x, b.AttentionSum, masks, new(DropoutPlace.AttentionOutput, layer, 0, 0, 0));
        Matrix attended = w.Attended(y.Rows), activated = w.Activated(y.Rows);
        _attentionNorm.Forward(thread, b.AttentionSum, attended);
        _ffn.Forward(thread, attended, b.Intermediate);                                         // [rows, I]
        Activate(thread, b.Intermediate, _activation, activated);
        Project(thread, w, _ffnOutput, activated, attended, b.FfnSum, masks, new(DropoutPlace.FfnOutput, layer, 0, 0, 0));
        _fullLayerNorm.Forward(thread, b.FfnSum, y);                                            // [rows, H]
    }

    /// <summary>From the gradient of y, in the workspace, to that of x, in its place.</summary>
    public void Backward(TeamThread thread, TrainingWorkspace w, int layer, DropoutMasks? masks)
    {
        LayerBuffers b = w.Layer(layer);
        int rows = w.States[layer + 1].Rows;
        bool selects = rows < w.Batch.TokenCount;
        (Matrix dSum, Matrix dAttended, Matrix dProjected) = w.Gradients(rows);
        Matrix dy = w.InputGradient.Slice(0, rows), attended = w.Attended(rows), activated = w.Activated(rows);

        _fullLayerNorm.Backward(thread, dy, b.FfnSum, dSum);
        Matrix dFfn = Undrop(thread, w, dSum, dProjected, masks, new(DropoutPlace.FfnOutput, layer, 0, 0, 0));
        Activate(thread, b.Intermediate, _activation, activated);
        _ffnOutput.AddGradients(thread, dFfn, activated);
        Matrix dIntermediate = w.IntermediateGradient(rows);
        _ffnOutput.Backward(thread, dFfn, dIntermediate);
        ActivationGradient(thread, b.Intermediate, _activation, dIntermediate);
        _attentionNorm.Forward(thread, b.AttentionSum, attended);
        _ffn.AddGradients(thread, dIntermediate, attended);
        _ffn.Backward(thread, dIntermediate, dAttended, residual: dSum);

        _attentionNorm.Backward(thread, dAttended, b.AttentionSum, dSum);
        Matrix dOutput = Undrop(thread, w, dSum, dProjected, masks, new(DropoutPlace.AttentionOutput, layer, 0, 0, 0));
        _attentionOutput.AddGradients(thread, dOutput, b.Context);
        Matrix dContext = dAttended;
        _attentionOutput.Backward(thread, dOutput, dContext);
        Attend(thread, w, layer, dContext, masks, selects);
        Matrix dQueryKeyValue = w.QueryKeyValueGradient, dx = w.InputGradient;
        _queryKeyValue.AddGradients(thread, dQueryKeyValue, w.States[layer]);
        _queryKeyValue.Backward(thread, dQueryKeyValue, dx, residual: selects ? default : dSum);
        if (selects)
            ScatterRows(thread, dSum, w.Selected, dx);
    }

    /// <summary>The gradient of queries, keys and values; where rows are selected, that of other rows' queries is zero.</summary>
    private void Attend(TeamThread thread, TrainingWorkspace w, int layer, Matrix dContext, DropoutMasks? masks, bool selects)
    {
        AttentionPass pass = Pass(w, w.Layer(layer), layer, masks, selects);
        Matrix dQueryKeyValue = w.QueryKeyValueGradient;
        if (!selects)
        {
            AttentionGradient(thread, in pass, dContext, dQueryKeyValue, dQueryKeyValue);
            return;
        }
        Clear(thread, dQueryKeyValue);
        AttentionGradient(thread, in pass, dContext, w.QueryGradient, dQueryKeyValue);
        ScatterRows(thread, w.QueryGradient, w.Selected, dQueryKeyValue);
    }

    private AttentionPass Pass(TrainingWorkspace w, LayerBuffers b, int layer, DropoutMasks? masks, bool selects) => new()
    {
        Query = b.Query,
        KeyValue = b.QueryKeyValue,
        Spans = selects ? w.SelectedSpans : w.Spans,
        Heads = config.HeadCount,
        Output = b.Context,
        Masks = masks,
        Layer = layer,
        QueryRows = selects ? w.SelectedPlaces : null,
    };

    /// <summary>sum = dropout(x Wᵀ + b) + residual.</summary>
    private static void Project(
        TeamThread thread, TrainingWorkspace w, TrainableLinear linear, Matrix x, Matrix residual, Matrix sum, DropoutMasks? masks, DropoutRow place)
    {
        if (masks is null || !masks.Applies(place.Place))
        {
            linear.Forward(thread, x, sum, residual);
            return;
        }
        linear.Forward(thread, x, sum);
        Dropout(thread, sum, masks, place, RowsOf(w, sum), residual, sum);
    }

    /// <summary>The gradient before a dropout: that behind it where nothing is dropped.</summary>
    private static Matrix Undrop(TeamThread thread, TrainingWorkspace w, Matrix d, Matrix dropped, DropoutMasks? masks, DropoutRow place)
    {
        if (masks is null || !masks.Applies(place.Place))
            return d;
        Dropout(thread, d, masks, place, RowsOf(w, d), default, dropped);
        return dropped;
    }

    private static ReadOnlySpan<(int Sequence, int Row)> RowsOf(TrainingWorkspace w, Matrix x) =>
        x.Rows < w.Batch.TokenCount ? w.SelectedTokenRows : w.TokenRows;

    private static string Module(ModelConfig config, int group, int inner, Func<LayerModules, string> module)
    {
        Family family = Family.Of(config.Family);
        return family.LayerPrefix(group, inner) + "." + module(family.Layer);
    }
}
