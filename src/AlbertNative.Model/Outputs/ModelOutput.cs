using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>
/// The results of a forward pass. The caller holds the object and passes it in again, so that its memory is reused:
/// a warm call allocates nothing, and matrices of the call before are overwritten.
/// </summary>
public abstract class ModelOutput
{
    private MatrixBuffer[] _hiddenStateBuffers = [];
    private Matrix[] _hiddenStates = [];
    private bool _hasHiddenStates;

    private protected ModelOutput()
    {
    }

    /// <summary>
    /// The encoder's input, then the output of each layer, [layers + 1] of [tokens, hidden]; empty where they were
    /// not asked for.
    /// </summary>
    public ReadOnlySpan<Matrix> HiddenStates => HiddenStateMatrices;

    internal Matrix[]? HiddenStateMatrices => _hasHiddenStates ? _hiddenStates : null;

    /// <summary>Makes room for one call's hidden states, or none.</summary>
    internal void ShapeHiddenStates(ModelConfig config, int tokens, bool wanted)
    {
        _hasHiddenStates = wanted;
        if (!wanted)
            return;
        int count = config.LayerCount + 1;
        if (_hiddenStates.Length != count)
        {
            _hiddenStates = new Matrix[count];
            _hiddenStateBuffers = [.. Enumerable.Range(0, count).Select(_ => new MatrixBuffer())];
        }
        for (int i = 0; i < count; i++)
            _hiddenStates[i] = _hiddenStateBuffers[i].Shape(tokens, config.HiddenSize);
    }
}
