namespace AlbertNative.Evaluation;

/// <summary>
/// What a scheme lets follow what: for each pair of prefixes whether the second begins an entity, continues one, or shows
/// that the one before it is complete. The rules are seqeval's.
/// </summary>
internal sealed class TagRules
{
    private const string All = "IOBESLU";

    private static readonly TagRules Iob1 = new(
        "IOB",
        begins: [new("O", "I"), new("I", "I", Types.Differ), new("B", "I"), new("IB", "B", Types.Equal)],
        continues: [new("BI", "I", Types.Equal)],
        completes: [new("BI", "I", Types.Differ), new("BI", "O"), new("I", "B"), new("B", "B", Types.Equal)]);

    private static readonly TagRules Iob2 = new(
        "IOB",
        begins: [new(All, "B")],
        continues: [new("BI", "I", Types.Equal)],
        completes: [new("BI", "OB"), new("BI", "I", Types.Differ)]);

    private static readonly TagRules Ioe1 = new(
        "IOE",
        begins: [new("OE", "I"), new("I", "I", Types.Differ), new("E", "E", Types.Equal)],
        continues: [new("I", "IE", Types.Equal)],
        completes: [new("I", "IE", Types.Differ), new("I", "O"), new("E", "IE", Types.Equal)]);

    private static readonly TagRules Ioe2 = new(
        "IOE",
        begins: [new("OE", "IE"), new("I", "IE", Types.Differ)],
        continues: [new("I", "IE", Types.Equal)],
        completes: [new("E", All)]);

    private static readonly TagRules Iobes = new(
        "IOBES",
        begins: [new(All, "BS")],
        continues: [new("BI", "IE", Types.Equal)],
        completes: [new("SE", All)]);

    private static readonly TagRules Bilou = new(
        "BILOU",
        begins: [new(All, "BU")],
        continues: [new("BI", "IL", Types.Equal)],
        completes: [new("UL", All)]);

    private readonly Rule[] _begins;
    private readonly Rule[] _continues;
    private readonly Rule[] _completes;

    private TagRules(string prefixes, Rule[] begins, Rule[] continues, Rule[] completes) =>
        (Prefixes, _begins, _continues, _completes) = (prefixes, begins, continues, completes);

    private enum Types
    {
        Any,
        Equal,
        Differ,
    }

    /// <summary>The prefixes that the scheme has.</summary>
    public string Prefixes { get; }

    /// <exception cref="ArgumentOutOfRangeException">There is no such scheme.</exception>
    public static TagRules Of(TagScheme scheme) => scheme switch
    {
        TagScheme.Iob1 => Iob1,
        TagScheme.Iob2 => Iob2,
        TagScheme.Ioe1 => Ioe1,
        TagScheme.Ioe2 => Ioe2,
        TagScheme.Iobes => Iobes,
        TagScheme.Bilou => Bilou,
        _ => throw new ArgumentOutOfRangeException(nameof(scheme), scheme, "There is no such scheme."),
    };

    /// <summary>Whether <paramref name="current"/> is the first token of an entity.</summary>
    public bool Begins(EntityTag previous, EntityTag current) => Matches(_begins, previous, current);

    /// <summary>Whether <paramref name="current"/> belongs to the entity of <paramref name="previous"/>.</summary>
    public bool Continues(EntityTag previous, EntityTag current) => Matches(_continues, previous, current);

    /// <summary>Whether the entity that <paramref name="previous"/> is the last token of is whole.</summary>
    public bool Completes(EntityTag previous, EntityTag current) => Matches(_completes, previous, current);

    private static bool Matches(Rule[] rules, EntityTag previous, EntityTag current)
    {
        foreach (Rule rule in rules)
        {
            if (rule.Previous.Contains(previous.Prefix, StringComparison.Ordinal)
                && rule.Current.Contains(current.Prefix, StringComparison.Ordinal)
                && (rule.Types == Types.Any || rule.Types == Types.Equal == (previous.Type == current.Type)))
                return true;
        }
        return false;
    }

    /// <summary>A pair of prefixes, each one of a few.</summary>
    private readonly record struct Rule(string Previous, string Current, Types Types = Types.Any);
}
