using System.Runtime.InteropServices;
using System.Text.Json;

namespace AlbertNative.Training;

/// <summary>On which lines of a JSON text its parts stand. Asked in their order, all together cost one pass over the text.</summary>
internal sealed class JsonPlaces
{
    private readonly JsonElement _root;
    private readonly int _firstLine;
    private int _offset, _line;

    /// <param name="text">The text.</param>
    /// <param name="document">What was parsed of it.</param>
    public JsonPlaces(string text, JsonDocument document)
    {
        ReadOnlySpan<char> before = text.AsSpan(0, text.Length - text.AsSpan().TrimStart().Length);
        _root = document.RootElement;
        _line = _firstLine = 1 + before.Count('\n');
    }

    /// <summary>The line from 1 on which an element of the document begins.</summary>
    public int Line(JsonElement element)
    {
        ReadOnlySpan<byte> json = JsonMarshal.GetRawUtf8Value(_root);
        _ = json.Overlaps(JsonMarshal.GetRawUtf8Value(element), out int offset);
        if (offset < _offset)
            (_offset, _line) = (0, _firstLine);
        _line += json[_offset..offset].Count((byte)'\n');
        _offset = offset;
        return _line;
    }
}
