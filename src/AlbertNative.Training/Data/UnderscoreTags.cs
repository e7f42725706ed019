namespace AlbertNative.Training;

/// <summary>Tags with an underscore for the hyphen: <c>B_PER</c>, which no reader of tags would take for <c>B-PER</c>.</summary>
internal static class UnderscoreTags
{
    /// <summary>The sentences with hyphens, and a note, where all tags but <c>O</c> are so written; else as they are.</summary>
    public static List<TaggedSentence> Convert(List<TaggedSentence> sentences, List<string> notes)
    {
        HashSet<string> tags = [.. sentences.SelectMany(sentence => sentence.Tags).Where(tag => tag != "O")];
        if (tags.Count == 0 || !tags.All(tag => tag is ['B' or 'I' or 'E' or 'S' or 'L' or 'U', '_', _, ..]))
            return sentences;
        notes.Add($"Tags such as {tags.Order(StringComparer.Ordinal).First()} are read with a hyphen for the underscore.");
        return
        [
            .. sentences.Select(sentence => sentence with
            {
                Tags = [.. sentence.Tags.Select(tag => tag == "O" ? tag : $"{tag[0]}-{tag[2..]}")],
            }),
        ];
    }
}
