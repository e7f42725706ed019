namespace AlbertNative.Tokenization.Fast.Reading;

/// <summary>Reads a <c>tokenizer.json</c>'s post-processor: <c>TemplateProcessing</c>, or <c>BertProcessing</c>, which is one such template.</summary>
internal sealed class TemplateReader
{
    private const int MostParts = 64;

    private static readonly string[] Names = ["type", "single", "pair", "special_tokens"];
    private static readonly string[] BertNames = ["type", "sep", "cls"];
    private static readonly string[] PartNames = ["SpecialToken", "Sequence"];
    private static readonly string[] PieceNames = ["id", "type_id"];
    private static readonly string[] TokenNames = ["id", "ids", "tokens"];

    private readonly List<Part> _single = [];
    private readonly List<Part> _pair = [];
    private readonly Dictionary<string, SpecialToken> _tokens = new(StringComparer.Ordinal);

    private readonly record struct Part(bool IsSequence, string Id, int TypeId);

    private readonly record struct SpecialToken(int[] Ids, string[] Tokens);

    /// <summary>Reads the post-processor that the cursor stands on.</summary>
    public static TemplateReader Read(ref JsonCursor json)
    {
        return json.PeekType() switch
        {
            "TemplateProcessing" => ReadTemplate(ref json),
            "BertProcessing" => ReadBert(ref json),
            string type => throw json.Error($"the post-processor {JsonCursor.Quote(type)} is not supported"),
            null => throw json.Error("a post-processor without a type"),
        };
    }

    private static TemplateReader ReadTemplate(ref JsonCursor json)
    {
        TemplateReader template = new();
        uint seen = 0;
        while (json.NextProperty(Names, ref seen, out int property))
        {
            switch (property)
            {
                case 1:
                    ReadParts(ref json, template._single);
                    break;
                case 2:
                    ReadParts(ref json, template._pair);
                    break;
                case 3:
                    template.ReadSpecialTokens(ref json);
                    break;
            }
        }
        json.Require(Names, seen, 0b1111);
        template.Check(ref json, template._single, "single", ["A"]);
        template.Check(ref json, template._pair, "pair", ["A", "B"]);
        return template;
    }

    /// <summary>The template, its tokens checked against the vocabulary.</summary>
    /// <param name="idOf">The id of a token, or -1.</param>
    /// <exception cref="FormatException">A special token is not that of the vocabulary.</exception>
    public SequenceTemplate Resolve(Func<string, int> idOf)
    {
        foreach ((string name, SpecialToken special) in _tokens)
        {
            for (int i = 0; i < special.Ids.Length; i++)
            {
                int id = idOf(special.Tokens[i]);
                if (id != special.Ids[i])
                {
                    throw new FormatException(
                        $"post_processor.special_tokens.{JsonCursor.Quote(name)}: the token {JsonCursor.Quote(special.Tokens[i])}"
                        + $" has the id {special.Ids[i]}, the vocabulary's is {id}");
                }
            }
        }
        return new SequenceTemplate(Resolve(_single), Resolve(_pair));
    }

    /// <summary><c>[CLS] A [SEP]</c> and <c>[CLS] A [SEP] B [SEP]</c> with these two tokens.</summary>
    private static TemplateReader ReadBert(ref JsonCursor json)
    {
        TemplateReader template = new();
        string[] tokens = new string[BertNames.Length];
        uint seen = 0;
        while (json.NextProperty(BertNames, ref seen, out int property))
        {
            if (property > 0)
                tokens[property] = template.ReadTokenPair(ref json);
        }
        json.Require(BertNames, seen, 0b111);
        Part cls = new(false, tokens[2], 0), sep = new(false, tokens[1], 0);
        template._single.AddRange([cls, new(true, "A", 0), sep]);
        template._pair.AddRange([cls, new(true, "A", 0), sep, new(true, "B", 1), sep with { TypeId = 1 }]);
        return template;
    }

    /// <summary>A token and its id, as a list of the two.</summary>
    private string ReadTokenPair(ref JsonCursor json)
    {
        json.StartArray();
        string token = json.NextItem() ? json.String() : throw json.Error("expected a token and its id");
        int id = json.NextItem() ? json.Count() : throw json.Error("expected a token and its id");
        if (json.NextItem())
            throw json.Error("more than a token and its id");
        if (!_tokens.TryAdd(token, new SpecialToken([id], [token])) && _tokens[token].Ids[0] != id)
            throw json.Error($"the token {JsonCursor.Quote(token)} with another id, {id}");
        return token;
    }

    private List<TemplatePart> Resolve(List<Part> parts)
    {
        List<TemplatePart> resolved = [];
        foreach (Part part in parts)
        {
            if (part.IsSequence)
            {
                TemplatePartKind kind = part.Id == "A" ? TemplatePartKind.First : TemplatePartKind.Second;
                resolved.Add(new TemplatePart(kind, 0, part.TypeId));
                continue;
            }
            foreach (int id in _tokens[part.Id].Ids)
                resolved.Add(new TemplatePart(TemplatePartKind.Special, id, part.TypeId));
        }
        return resolved;
    }

    private static void ReadParts(ref JsonCursor json, List<Part> parts)
    {
        json.StartArray();
        while (json.NextItem())
        {
            if (parts.Count == MostParts)
                throw json.Error($"more than {MostParts} parts");
            json.StartObject();
            uint seen = 0;
            while (json.NextProperty(PartNames, ref seen, out int property))
                parts.Add(ReadPart(ref json, property == 1));
            if (System.Numerics.BitOperations.PopCount(seen) != 1)
                throw json.Error("a part is either a 'SpecialToken' or a 'Sequence'");
        }
    }

    private static Part ReadPart(ref JsonCursor json, bool isSequence)
    {
        uint seen = 0;
        string id = "";
        int typeId = 0;
        json.StartObject();
        while (json.NextProperty(PieceNames, ref seen, out int property))
        {
            if (property == 0)
                id = json.String();
            else
                typeId = json.Count();
        }
        json.Require(PieceNames, seen, 0b11);
        if (isSequence && id is not ("A" or "B"))
            throw json.Error($"the sequence {JsonCursor.Quote(id)}; there are A and B");
        return new Part(isSequence, id, typeId);
    }

    private void ReadSpecialTokens(ref JsonCursor json)
    {
        json.StartObject();
        while (json.NextEntry(out string name))
        {
            if (_tokens.Count == MostParts)
                throw json.Error($"more than {MostParts} special tokens");
            SpecialToken token = ReadSpecialToken(ref json, name);
            if (!_tokens.TryAdd(name, token))
                throw json.Error("a second time");
        }
    }

    private static SpecialToken ReadSpecialToken(ref JsonCursor json, string name)
    {
        uint seen = 0;
        List<int> ids = [];
        List<string> tokens = [];
        json.StartObject();
        while (json.NextProperty(TokenNames, ref seen, out int property))
        {
            if (property == 0)
            {
                if (json.String() != name)
                    throw json.Error($"not that of its key {JsonCursor.Quote(name)}");
                continue;
            }
            json.StartArray();
            while (json.NextItem())
            {
                if (ids.Count == MostParts || tokens.Count == MostParts)
                    throw json.Error($"more than {MostParts} tokens");
                if (property == 1)
                    ids.Add(json.Count());
                else
                    tokens.Add(json.String());
            }
        }
        json.Require(TokenNames, seen, 0b111);
        return ids.Count == tokens.Count
            ? new SpecialToken([.. ids], [.. tokens])
            : throw json.Error($"{ids.Count} ids for {tokens.Count} tokens");
    }

    private void Check(ref JsonCursor json, List<Part> parts, string name, string[] sequences)
    {
        List<string> found = [.. parts.Where(part => part.IsSequence).Select(part => part.Id).Order(StringComparer.Ordinal)];
        if (!found.SequenceEqual(sequences))
        {
            throw json.Error(
                $"the template '{name}' must have the sequences {string.Join(", ", sequences)} once each, it has {string.Join(", ", found)}");
        }
        foreach (Part part in parts)
        {
            if (!part.IsSequence && !_tokens.ContainsKey(part.Id))
                throw json.Error($"the template '{name}' has the special token {JsonCursor.Quote(part.Id)}, which 'special_tokens' lacks");
        }
    }
}
