using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>What lies between the steps of a layer, for the rows that go through them together.</summary>
internal sealed class LayerMemory(bool quantizable)
{
    private readonly MatrixBuffer _queryKeyValue = new(), _context = new(quantizable);
    private readonly MatrixBuffer _attended = new(quantizable), _intermediate = new(quantizable);

    /// <summary>[rows, 3 hidden]</summary>
    public Matrix QueryKeyValue { get; private set; }

    /// <summary>[rows, hidden]: the heads' sums of values.</summary>
    public Matrix Context { get; private set; }

    /// <summary>[rows after attention, hidden]: after the attention's residual and norm.</summary>
    public Matrix Attended { get; private set; }

    /// <summary>[rows after attention, intermediate]</summary>
    public Matrix Intermediate { get; private set; }

    /// <summary>Shapes everything for at most so many rows, and so many at a time after attention.</summary>
    public void Shape(ModelConfig config, int rows, int rowsAfterAttention)
    {
        QueryKeyValue = _queryKeyValue.Shape(rows, 3 * config.HiddenSize);
        Context = _context.Shape(rows, config.HiddenSize);
        Attended = _attended.Shape(rowsAfterAttention, config.HiddenSize);
        Intermediate = _intermediate.Shape(rowsAfterAttention, config.IntermediateSize);
    }
}
