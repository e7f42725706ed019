using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AlbertNative.Cli;

/// <summary>Tables for people, in which every text is shown as it is.</summary>
internal static class Tables
{
    /// <summary>A table with these heads, which may be files' names.</summary>
    public static Table Create(params string[] columns) =>
        new Table { Border = TableBorder.Rounded }.AddColumns(Array.ConvertAll(columns, Markup.Escape));

    /// <summary>Adds a row of texts, numbers and scores (floats, with four decimals).</summary>
    public static void Add(this Table table, params object[] cells) => table.AddRow(Array.ConvertAll(cells, Cell));

    private static IRenderable Cell(object value) => new Text(value switch
    {
        float score => score.ToString("0.0000", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    });
}
