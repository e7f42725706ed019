using System.Text.Json;
using AlbertNative.Annotations;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary>Rows of NLU's table as JSON and as tables; columns in the order of their names, as NLU has them.</summary>
/// <param name="column">The name of the column of vectors.</param>
/// <param name="withPositions">Whether there are columns of positions.</param>
internal sealed class NluFormat(string column, bool withPositions)
{
    public void Write(Utf8JsonWriter json, NluRow row)
    {
        string text = NameOf(row.Level);
        json.WriteNumber("index", row.Index);
        json.WriteText(text, row.Text);
        if (withPositions)
        {
            json.WriteNumber(text + "_begin", row.Begin);
            json.WriteNumber(text + "_end", row.End);
        }
        if (row.Level == OutputLevel.Token)
        {
            WriteVector(json, row.Vectors[0].Span);
            return;
        }
        json.WriteStartArray(column);
        foreach (ReadOnlyMemory<float> vector in row.Vectors)
            json.WriteFloats(vector.Span);
        json.WriteEndArray();
    }

    public void Render(IAnsiConsole console, IReadOnlyList<NluRow> rows)
    {
        if (rows.Count == 0)
            return;
        string text = NameOf(rows[0].Level);
        Table table = withPositions ? Tables.Create("index", text, text + "_begin", text + "_end", column) : Tables.Create("index", text, column);
        foreach (NluRow row in rows)
        {
            string vectors = row.Level == OutputLevel.Token ? VectorFormat.Begin(row.Vectors[0].Span) : $"{row.Vectors.Count} vectors";
            if (withPositions)
                table.Add(row.Index, row.Text, row.Begin, row.End, vectors);
            else
                table.Add(row.Index, row.Text, vectors);
        }
        console.Write(table);
    }

    private void WriteVector(Utf8JsonWriter json, ReadOnlySpan<float> vector)
    {
        // A token that was cut off: NLU has NaN there.
        if (vector.IsEmpty)
            json.WriteNull(column);
        else
            json.WriteFloats(column, vector);
    }

    private static string NameOf(OutputLevel level) => level switch
    {
        OutputLevel.Sentence => "sentence",
        OutputLevel.Document => "document",
        _ => "token",
    };
}
