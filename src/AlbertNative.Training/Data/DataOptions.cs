namespace AlbertNative.Training;

/// <summary>Where the parts of an example stand in files that could mean several things.</summary>
public sealed record DataOptions
{
    /// <summary>What the file itself tells.</summary>
    public static DataOptions Default { get; } = new();

    /// <summary>
    /// The column, or the property of an object, with the text. Null for the first that there is of <c>text</c>,
    /// <c>sentence</c>, <c>sentence1</c>, <c>premise</c> and <c>comment</c>; without a header the first.
    /// </summary>
    public string? TextColumn { get; init; }

    /// <summary>
    /// The column with the second text of a pair. Null for <c>sentence2</c> or <c>hypothesis</c> where there is one; empty for none.
    /// </summary>
    public string? PairColumn { get; init; }

    /// <summary>The columns with the label or labels. Empty for <c>label</c>, <c>labels</c> or <c>score</c>; without a header for the second.</summary>
    public IReadOnlyList<string> LabelColumns { get; init; } = [];

    /// <summary>Whether the first line names the columns. Without it they are named by their numbers: <c>1</c>, <c>2</c>, …</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>
    /// What quotation marks mean. Null for CSV's rule between commas; between tabs a file in which it matters is then refused.
    /// </summary>
    public Quoting? Quoting { get; init; }

    /// <summary>
    /// What separates columns. Null for a tab in <c>.tsv</c> files and in those whose first line has tabs and no comma, else a comma.
    /// </summary>
    public char? Separator { get; init; }
}
