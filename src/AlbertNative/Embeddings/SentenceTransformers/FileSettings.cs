using AlbertNative.Checkpoints;

namespace AlbertNative;

/// <summary>
/// What files say that only some tasks need: read with the model, and where they are malformed a fault for those tasks alone.
/// </summary>
internal sealed class FileSettings<T>
{
    private readonly T? _value;

    private FileSettings(T? value, CheckpointFormatException? fault)
    {
        _value = value;
        Fault = fault;
    }

    /// <summary>What is wrong with the files; null where nothing is.</summary>
    public CheckpointFormatException? Fault { get; }

    /// <summary>What they say.</summary>
    /// <exception cref="CheckpointFormatException">They are malformed, or name something that is not supported.</exception>
    public T Value => Fault is null ? _value! : throw Fault;

    /// <summary>Settings that no file holds.</summary>
    public static FileSettings<T> Of(T value) => new(value, null);

    /// <summary>Reads them.</summary>
    public static FileSettings<T> Read(Func<T> read)
    {
        try
        {
            return new(read(), null);
        }
        catch (CheckpointFormatException fault)
        {
            return new(default, fault);
        }
    }
}
