namespace AlbertNative.Evaluation;

/// <summary>Finds the entities that tags mark, as seqeval does.</summary>
public static class EntityTags
{
    /// <summary>
    /// The entities of a sentence by the lenient rule of CoNLL's <c>conlleval</c> and of seqeval's default mode: a prefix is
    /// the first character, <c>O</c> and <c>.</c> are outside, and an <c>I</c> without a <c>B</c> begins an entity.
    /// </summary>
    /// <exception cref="FormatException">A tag is empty.</exception>
    public static IReadOnlyList<TaggedEntity> Find(IReadOnlyList<string> tags) => LenientEntities.Find(tags);

    /// <summary>The entities of a sentence that follow the scheme, as in seqeval's strict mode; what does not is none.</summary>
    /// <exception cref="FormatException">A tag is empty, or has a prefix that is not the scheme's.</exception>
    public static IReadOnlyList<TaggedEntity> Find(IReadOnlyList<string> tags, TagScheme scheme)
    {
        TagRules rules = TagRules.Of(scheme);
        EntityTag[] parsed = [.. tags.Select((_, i) => Parse(tags, i, scheme, rules)), EntityTag.Outside];
        List<TaggedEntity> entities = [];
        EntityTag previous = EntityTag.Outside;
        for (int i = 0; i < tags.Count;)
        {
            int end = i + 1;
            if (rules.Begins(previous, parsed[i]))
            {
                while (rules.Continues(parsed[end - 1], parsed[end]))
                    end++;
                if (rules.Completes(parsed[end - 1], parsed[end]))
                    entities.Add(new(parsed[i].Type, i, end));
            }
            i = end;
            previous = parsed[end - 1];
        }
        return entities;
    }

    /// <summary>The scheme that the prefixes of all tags together show.</summary>
    /// <exception cref="FormatException">They show none: the error names them.</exception>
    public static TagScheme DetectScheme(IEnumerable<IReadOnlyList<string>> sentences)
    {
        string found = string.Concat(sentences.SelectMany(tags => tags)
            .Select(tag => EntityTag.ParseStrict(tag).Prefix).Distinct().Order());
        bool Is(string needed, string allowed) => needed.All(found.Contains) && found.All(allowed.Contains);
        return found switch
        {
            _ when Is("B", "IOB") => TagScheme.Iob2,
            _ when Is("E", "IOE") => TagScheme.Ioe2,
            "S" => TagScheme.Iobes,
            "U" => TagScheme.Bilou,
            _ when Is("BE", "IOBES") => TagScheme.Iobes,
            _ when Is("BL", "BILOU") => TagScheme.Bilou,
            _ => throw new FormatException(
                $"The prefixes of the tags ({string.Join(' ', found.AsEnumerable())}) are those of no known scheme: name it."),
        };
    }

    private static EntityTag Parse(IReadOnlyList<string> tags, int index, TagScheme scheme, TagRules rules)
    {
        EntityTag tag = EntityTag.ParseStrict(tags[index]);
        return rules.Prefixes.Contains(tag.Prefix, StringComparison.Ordinal)
            ? tag
            : throw new FormatException(
                $"Tag '{tags[index]}' of token {index} has a prefix that {scheme.ToString().ToUpperInvariant()} does not have"
                + $" ({string.Join(", ", rules.Prefixes.AsEnumerable())}).");
    }
}
