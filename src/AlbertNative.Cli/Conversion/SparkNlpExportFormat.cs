using System.Text.Json;
using AlbertNative.Annotations;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary>The summary of an export for Spark NLP as JSON and as a table.</summary>
internal static class SparkNlpExportFormat
{
    /// <summary>Writes the summary to the output.</summary>
    public static void Write(Terminal terminal, bool json, string destination, SparkNlpExport export)
    {
        if (terminal.OutputIsTerminal && !json)
        {
            Table table = Tables.Create("written", destination);
            table.Add("bytes", export.WrittenBytes);
            table.Add("loads as", $"{export.ClassName}.loadSavedModel");
            foreach (string note in export.Notes)
                table.Add("note", note);
            terminal.CreateConsole().Write(table);
            return;
        }
        using JsonLinesWriter<string, SparkNlpExport> writer = new(terminal.Output, WriteJson);
        writer.Write(destination, export, record: null);
        writer.Complete();
    }

    private static void WriteJson(Utf8JsonWriter json, string destination, SparkNlpExport export)
    {
        json.WriteText("directory", destination);
        json.WriteString("class", export.ClassName);
        json.WriteNumber("bytes", export.WrittenBytes);
        json.WriteTexts("notes", export.Notes);
    }
}
