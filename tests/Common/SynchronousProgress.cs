namespace AlbertNative.Testing;

/// <summary>Hears of progress on the thread that reports it, which <see cref="Progress{T}"/> does not.</summary>
internal sealed class SynchronousProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
