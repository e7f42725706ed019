using AlbertNative.Tokenization.Fast.Models;

namespace AlbertNative.Tokenization.Fast.Reading;

/// <summary>Reads a <c>tokenizer.json</c>'s added tokens.</summary>
internal static class AddedTokenReader
{
    private static readonly string[] Names = ["id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"];

    /// <summary>Reads the list that the cursor stands on.</summary>
    public static List<AddedEntry> Read(ref JsonCursor json)
    {
        List<AddedEntry> entries = [];
        HashSet<string> contents = new(StringComparer.Ordinal);
        json.StartArray();
        while (json.NextItem())
        {
            AddedEntry entry = ReadEntry(ref json);
            if (entry.Token.Content.Length == 0)
                throw json.Error("an added token without content");
            if (!contents.Add(entry.Token.Content))
                throw json.Error($"the added token {JsonCursor.Quote(entry.Token.Content)} a second time");
            entries.Add(entry);
        }
        return entries;
    }

    /// <summary>
    /// Checks the ids: a token of the vocabulary has the id it has there, the others follow the vocabulary in order.
    /// </summary>
    /// <exception cref="FormatException">An id is another.</exception>
    public static void CheckIds(IReadOnlyList<AddedEntry> entries, TokenModel model)
    {
        int next = model.Count;
        foreach (AddedEntry entry in entries)
        {
            int id = model.IdOf(entry.Token.Content);
            int expected = id >= 0 ? id : next++;
            if (entry.Id != expected)
            {
                throw new FormatException(
                    $"added_tokens: {JsonCursor.Quote(entry.Token.Content)} has the id {entry.Id}, its place gives {expected}");
            }
        }
    }

    private static AddedEntry ReadEntry(ref JsonCursor json)
    {
        uint seen = 0;
        int id = 0;
        string content = "";
        Span<bool> flags = stackalloc bool[Names.Length];
        json.StartObject();
        while (json.NextProperty(Names, ref seen, out int property))
        {
            if (property == 0)
                id = json.Count();
            else if (property == 1)
                content = json.String();
            else
                flags[property] = json.Boolean();
        }
        json.Require(Names, seen, 0b1111111);
        AddedToken token = new(content)
        {
            SingleWord = flags[2],
            LeftStrip = flags[3],
            RightStrip = flags[4],
            Normalized = flags[5],
            Special = flags[6],
        };
        return new AddedEntry(token, id);
    }
}
