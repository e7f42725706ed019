namespace AlbertNative.Evaluation;

/// <summary>
/// Entities as CoNLL's <c>conlleval</c> and seqeval's default mode find them: every tag with another prefix than <c>O</c> is
/// part of one, and an <c>I</c> without a <c>B</c> begins it.
/// </summary>
internal static class LenientEntities
{
    public static List<TaggedEntity> Find(IReadOnlyList<string> tags)
    {
        List<TaggedEntity> entities = [];
        EntityTag previous = EntityTag.Outside;
        int start = 0;
        for (int i = 0; i <= tags.Count; i++)
        {
            EntityTag tag = i == tags.Count ? EntityTag.Outside : EntityTag.ParseLenient(tags[i]);
            if (Ends(previous, tag))
                entities.Add(new(previous.Type, start, i));
            if (Begins(previous, tag))
                start = i;
            previous = tag;
        }
        return entities;
    }

    private static bool Ends(EntityTag previous, EntityTag current) => previous.Prefix switch
    {
        'E' or 'S' => true,
        'O' or '.' => false,
        'B' or 'I' when current.Prefix is 'B' or 'S' or 'O' => true,
        _ => previous.Type != current.Type,
    };

    private static bool Begins(EntityTag previous, EntityTag current) => current.Prefix switch
    {
        'B' or 'S' => true,
        'O' or '.' => false,
        'E' or 'I' when previous.Prefix is 'E' or 'S' or 'O' => true,
        _ => previous.Type != current.Type,
    };
}
