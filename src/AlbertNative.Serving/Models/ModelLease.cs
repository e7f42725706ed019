namespace AlbertNative.Serving;

/// <summary>Keeps a version of a model open, though another may take its place meanwhile: to be held for a whole request.</summary>
public sealed class ModelLease : IDisposable
{
    private readonly ServedModel _model;
    private int _isOver;

    internal ModelLease(ServedModel model) => _model = model;

    /// <summary>The version of the model.</summary>
    /// <exception cref="ObjectDisposedException">The lease is over.</exception>
    public ServedModel Model
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _isOver) == 1, this);
            return _model;
        }
    }

    /// <summary>Ends the lease; a version that has been replaced is closed with its last one.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
            _model.LetGo();
    }
}
