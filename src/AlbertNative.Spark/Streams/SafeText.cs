using System.Text;
using Apache.Arrow;

namespace AlbertNative.Spark;

/// <summary>Strings of arrays whose bytes nobody has checked: the library's own reader follows their offsets out of the buffer.</summary>
internal static class SafeText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The string at an index; null where there is none.</summary>
    /// <exception cref="ArgumentException">Its offsets are outside the buffer.</exception>
    public static string? At(BinaryArray texts, int index) => texts.IsValid(index) ? Encoding.UTF8.GetString(texts.GetBytes(index)) : null;

    /// <summary>The string at an index; null where there is none.</summary>
    /// <exception cref="ArgumentException">Its offsets are outside the buffer.</exception>
    public static string? At(LargeBinaryArray texts, int index) => texts.IsValid(index) ? Encoding.UTF8.GetString(texts.GetBytes(index)) : null;

    /// <summary>The string at an index of an array of strings, with offsets of either size, byte for byte; null where there is none.</summary>
    /// <exception cref="DecoderFallbackException">Its bytes are no UTF-8.</exception>
    /// <exception cref="ArgumentException">Its offsets are outside the buffer.</exception>
    /// <exception cref="InvalidCastException">It is no array of strings.</exception>
    public static string? StrictAt(IArrowArray texts, int index) => !texts.IsValid(index) ? null
        : Strict.GetString(texts is LargeStringArray large ? large.GetBytes(index) : ((StringArray)texts).GetBytes(index));

    /// <summary>The string at an index; null where there is none.</summary>
    /// <exception cref="ArgumentException">Its view is outside the buffers.</exception>
    public static string? At(BinaryViewArray texts, int index) => texts.IsValid(index) ? Encoding.UTF8.GetString(texts.GetBytes(index)) : null;
}
