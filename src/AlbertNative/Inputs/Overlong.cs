using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>What happens to a text that has more tokens than the model takes.</summary>
public enum OverlongAction
{
    /// <summary>An <see cref="OverlongTextException"/>.</summary>
    Refuse,

    /// <summary>What is too much is cut off, at <see cref="Overlong.Side"/>; of a pair, from the longer text.</summary>
    Truncate,

    /// <summary>The text is read in overlapping windows.</summary>
    Window,
}

/// <summary>What a task does with a text that has more tokens than the model takes.</summary>
public readonly record struct Overlong
{
    private Overlong(OverlongAction action, int? stride, TruncationSide side = TruncationSide.Right)
    {
        Action = action;
        Stride = stride;
        Side = side;
    }

    /// <summary>Throws an <see cref="OverlongTextException"/>: the default, so that nothing is lost unnoticed.</summary>
    public static Overlong Refuse { get; }

    /// <summary>Cuts off what is too much, as Hugging Face's tokenizers do with <c>truncation=True</c>.</summary>
    public static Overlong Truncate { get; } = new(OverlongAction.Truncate, null);

    /// <summary>Cuts off what is too much at the start: the end of a text stays.</summary>
    public static Overlong TruncateStart { get; } = new(OverlongAction.Truncate, null, TruncationSide.Left);

    /// <summary>What is done.</summary>
    public OverlongAction Action { get; }

    /// <summary>Which end of a text is cut, where it is cut.</summary>
    public TruncationSide Side { get; }

    /// <summary>Tokens that neighbouring windows share; null for a quarter of the longest input.</summary>
    public int? Stride { get; }

    /// <summary>
    /// Reads the text in windows, each of which repeats <paramref name="stride"/> tokens of the one before it (null: a
    /// quarter of the longest input). What is computed for a token is taken from the window in which it has more
    /// context on its shorter side.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The stride is negative.</exception>
    public static Overlong Window(int? stride = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(stride ?? 0, nameof(stride));
        return new(OverlongAction.Window, stride);
    }
}
