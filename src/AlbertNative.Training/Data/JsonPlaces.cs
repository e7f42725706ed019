using System.Text;
using System.Text.Json;

namespace AlbertNative.Training;

/// <summary>Where in a JSON text its parts stand.</summary>
internal sealed class JsonPlaces
{
    private readonly byte[] _utf8;
    private readonly Lazy<List<int>> _items;

    public JsonPlaces(string text)
    {
        _utf8 = Encoding.UTF8.GetBytes(text);
        _items = new(() => FindItems());
    }

    /// <summary>The line from 1 on which an entry of the outermost array begins.</summary>
    public int Line(int item) => _items.Value[item];

    /// <summary>The line from 1 of what a path of names and indices leads to, such as <c>data, 3, title</c>; the nearest that there is.</summary>
    public int Line(params ReadOnlySpan<object> path)
    {
        Utf8JsonReader reader = new(_utf8);
        if (!reader.Read())
            return 1;
        long at = reader.TokenStartIndex;
        foreach (object step in path)
        {
            if (!Enter(ref reader, step))
                break;
            at = reader.TokenStartIndex;
        }
        return 1 + _utf8.AsSpan(0, (int)at).Count((byte)'\n');
    }

    private static bool Enter(ref Utf8JsonReader reader, object step)
    {
        if (step is string name && reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool found = reader.ValueTextEquals(name);
                reader.Read();
                if (found)
                    return true;
                reader.Skip();
            }
        }
        if (step is int index && reader.TokenType == JsonTokenType.StartArray)
        {
            for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; reader.Skip())
            {
                if (index-- == 0)
                    return true;
            }
        }
        return false;
    }

    private List<int> FindItems()
    {
        List<int> lines = [];
        Utf8JsonReader reader = new(_utf8);
        reader.Read();
        int line = 1, at = 0;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; reader.Skip())
        {
            line += _utf8.AsSpan(at, (int)reader.TokenStartIndex - at).Count((byte)'\n');
            at = (int)reader.TokenStartIndex;
            lines.Add(line);
        }
        return lines;
    }
}
