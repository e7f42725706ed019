namespace AlbertNative.Extensions.AI;

/// <summary>What has become of a model so far. Thread-safe.</summary>
internal sealed class ModelState
{
    private volatile bool _isOpen;
    private volatile bool _isWarm;
    private volatile Exception? _failure;

    /// <summary>Whether the model is open.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>Whether everything that was to be warmed up is.</summary>
    public bool IsWarm => _isWarm;

    /// <summary>What the last attempt to open or to warm up failed with; null where none failed or a later one succeeded.</summary>
    public Exception? Failure => _failure;

    public void Opened() => (_failure, _isOpen) = (null, true);

    public void WarmedUp() => (_failure, _isWarm) = (null, true);

    public void Failed(Exception failure) => _failure = failure;
}
