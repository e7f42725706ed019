namespace AlbertNative.Training;

/// <summary>Objects with lists of words and tags.</summary>
internal static class TaggedObjects
{
    public static List<TaggedSentence> Read(DataText file) => [.. JsonRows.Read(file).Select(row =>
    {
        string tags = row.FirstOf("ner_tags", "tags") ?? throw row.Wrong(null, $"there is neither 'ner_tags' nor 'tags'; {row.Names}");
        TaggedSentence sentence = new(row.Texts("tokens"), row.Texts(tags), row.Line);
        return sentence.Words.Count == sentence.Tags.Count
            ? sentence
            : throw row.Wrong(tags, $"there are {sentence.Tags.Count} tags for {sentence.Words.Count} tokens");
    })];
}
