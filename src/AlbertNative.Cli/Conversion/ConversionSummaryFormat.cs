using System.Globalization;
using System.Text.Json;
using AlbertNative.Model;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary>The summary of a conversion or an export as JSON and as a table.</summary>
internal static class ConversionSummaryFormat
{
    /// <summary>Writes the summary to the output.</summary>
    public static void Write(Terminal terminal, bool json, string destination, ConversionSummary summary)
    {
        if (terminal.OutputIsTerminal && !json)
        {
            Render(terminal.CreateConsole(), destination, summary);
            return;
        }
        using JsonLinesWriter<string, ConversionSummary> writer = new(terminal.Output, WriteJson);
        writer.Write(destination, summary, record: null);
        writer.Complete();
    }

    private static void Render(IAnsiConsole console, string destination, ConversionSummary summary)
    {
        Table table = Tables.Create(summary.WrittenBytes is null ? "would be" : "written", destination);
        table.Add("bytes", summary.WrittenBytes is long bytes ? Number(bytes) : "nothing written");
        table.Add("weights", $"{Number(summary.Tensors.Count)} tensors, {Number(summary.WeightBytes)} bytes");
        foreach (IGrouping<Checkpoints.TensorType, ConvertedTensor> type in summary.Tensors.GroupBy(tensor => tensor.Type))
            table.Add($"  {type.Key}", $"{Number(type.Count())} tensors, {Number(type.Sum(tensor => tensor.ByteCount))} bytes");
        table.Add("with", string.Join(", ", summary.Parts));
        table.Add("loads as", string.Join(", ", summary.Classes));
        foreach (DroppedTensor dropped in summary.Dropped)
            table.Add("dropped", $"{dropped.Name}: {dropped.Reason}");
        foreach (string remark in summary.Remarks)
            table.Add("note", remark);
        console.Write(table);
    }

    private static void WriteJson(Utf8JsonWriter json, string destination, ConversionSummary summary)
    {
        json.WriteText("destination", destination);
        if (summary.WrittenBytes is long bytes)
            json.WriteNumber("bytes", bytes);
        else
            json.WriteNull("bytes");
        json.WriteNumber("weight_bytes", summary.WeightBytes);
        json.WriteTexts("parts", summary.Parts);
        json.WriteTexts("architectures", summary.Classes);
        json.WriteStartArray("tensors");
        foreach (ConvertedTensor tensor in summary.Tensors)
        {
            json.WriteStartObject();
            json.WriteText("name", tensor.Name);
            json.WriteText("type", tensor.Type.ToString());
            json.WriteStartArray("shape");
            foreach (long dimension in tensor.Shape)
                json.WriteNumberValue(dimension);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("dropped");
        foreach (DroppedTensor dropped in summary.Dropped)
        {
            json.WriteStartObject();
            json.WriteText("name", dropped.Name);
            json.WriteText("reason", dropped.Reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteTexts("remarks", summary.Remarks);
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
