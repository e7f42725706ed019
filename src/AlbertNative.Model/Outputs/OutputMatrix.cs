using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>One matrix of a reused output, or the reason why this call has none.</summary>
internal sealed class OutputMatrix
{
    private readonly MatrixBuffer _buffer = new();
    private Matrix _matrix;

    /// <summary>Why there is no matrix; null where there is one.</summary>
    public string? Absence { get; private set; } = "no forward pass has filled this output";

    /// <summary>The matrix.</summary>
    /// <exception cref="InvalidOperationException">There is none; the message says why.</exception>
    public Matrix Value => Absence is null ? _matrix : throw new InvalidOperationException(Absence);

    public Matrix Shape(int rows, int columns)
    {
        Absence = null;
        return _matrix = _buffer.Shape(rows, columns);
    }

    public void Omit(string reason) => Absence = reason;
}
