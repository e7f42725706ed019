using System.Globalization;
using System.Text.Json;
using AlbertNative.Model;
using AlbertNative.Tokenization;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary>A model's report as JSON and as tables.</summary>
internal static class ModelReportFormat
{
    public static void WriteJson(Utf8JsonWriter json, ModelReport report)
    {
        json.WriteText("model", report.Path);
        json.WriteText("source", report.Source);
        if (report.Provenance is ModelProvenance provenance)
        {
            json.WriteStartObject("provenance");
            json.WriteText("source", provenance.Source);
            json.WriteText("source_sha256", provenance.SourceHashes);
            json.WriteText("converter", provenance.Converter);
            json.WriteText("precision", provenance.Precision);
            if (provenance.Revision is string revision)
                json.WriteText("source_revision", revision);
            if (provenance.LowestPrecision != provenance.Precision)
                json.WriteText("lowest_precision", provenance.LowestPrecision);
            json.WriteEndObject();
        }
        if (report.Remark is string remark)
            json.WriteText("remark", remark);
        json.WriteText("architecture", report.ClassName);
        json.WriteNumber("parameters", report.Parameters);
        json.WriteTexts("heads", report.Heads);
        json.WritePropertyName("config");
        using (JsonDocument config = JsonDocument.Parse(report.Config.ToJson()))
            config.WriteTo(json);
        WriteTokenizer(json, report.Tokenizer);
        WriteTensors(json, report.Tensors);
        json.WriteTexts("skipped_tensors", report.Skipped);
    }

    public static void Render(IAnsiConsole console, ModelReport report)
    {
        ModelConfig config = report.Config;
        Table table = Tables.Create("model", report.Path);
        table.Add("file", report.Source);
        if (report.Provenance is ModelProvenance provenance)
            table.Add("made of", MadeOf(provenance));
        if (report.Remark is string remark)
            table.Add("remark", remark);
        table.Add("class", report.ClassName);
        table.Add("parameters", report.Parameters.ToString("N0", CultureInfo.InvariantCulture));
        table.Add("heads", string.Join(", ", report.Heads));
        table.Add("vocabulary, embedding", Numbers(config.VocabularySize, config.EmbeddingSize));
        table.Add("layers, groups, inner groups", Numbers(config.LayerCount, config.GroupCount, config.InnerGroupCount));
        table.Add("hidden, heads, intermediate", Numbers(config.HiddenSize, config.HeadCount, config.IntermediateSize));
        table.Add("activation", config.Activation);
        table.Add("positions, types", Numbers(config.MaxPositionCount, config.TypeVocabularySize));
        table.Add("labels", string.Join(", ", config.Labels));
        table.Add("tokenizer", Describe(report.Tokenizer));
        if (report.Tokenizer.DifferencesFromTransformers5 is { Count: > 0 } differences)
            table.Add("transformers 5 differs", string.Join("; ", differences));
        console.Write(table);

        Table tensors = Tables.Create("tensor", "type", "shape", "not finite");
        foreach (TensorReport read in report.Tensors)
            tensors.Add(read.Tensor.Name, read.Tensor.Type, string.Join(" x ", read.Tensor.Shape), read.NonFinite);
        console.Write(tensors);
    }

    private static string Numbers(params int[] numbers) =>
        string.Join(", ", numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    private static string Describe(TokenizerReport report)
    {
        if (report.Tokenizer is not Tokenizer tokenizer)
            return report.Absence!;
        string special = string.Join(", ", report.SpecialTokens.Select(
            token => string.Create(CultureInfo.InvariantCulture, $"{tokenizer.IdToToken(token.Id)} {token.Id}")));
        return string.Create(
            CultureInfo.InvariantCulture, $"{Semantics(tokenizer)} ({report.File}), {tokenizer.VocabularySize} ids; {special}");
    }

    private static void WriteTokenizer(Utf8JsonWriter json, TokenizerReport report)
    {
        if (report.Tokenizer is not Tokenizer tokenizer)
        {
            json.WriteNull("tokenizer");
            json.WriteText("tokenizer_absence", report.Absence!);
            return;
        }
        json.WriteStartObject("tokenizer");
        json.WriteText("semantics", Semantics(tokenizer));
        json.WriteText("file", report.File!);
        json.WriteNumber("vocabulary_size", tokenizer.VocabularySize);
        if (tokenizer.ModelMaxLength is int maxLength)
            json.WriteNumber("model_max_length", maxLength);
        foreach ((string name, int id) in report.SpecialTokens)
        {
            json.WriteText($"{name}_token", tokenizer.IdToToken(id));
            json.WriteNumber($"{name}_token_id", id);
        }
        json.WriteTexts("transformers_5_differences", report.DifferencesFromTransformers5);
        json.WriteEndObject();
    }

    private static void WriteTensors(Utf8JsonWriter json, IReadOnlyList<TensorReport> tensors)
    {
        json.WriteStartArray("tensors");
        foreach (TensorReport read in tensors)
        {
            json.WriteStartObject();
            json.WriteText("name", read.Tensor.Name);
            json.WriteText("type", read.Tensor.Type.ToString());
            json.WriteStartArray("shape");
            foreach (long dimension in read.Tensor.Shape)
                json.WriteNumberValue(dimension);
            json.WriteEndArray();
            if (read.NonFinite > 0)
                json.WriteNumber("non_finite", read.NonFinite);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static string MadeOf(ModelProvenance provenance)
    {
        string revision = provenance.Revision is null ? "" : $" at {provenance.Revision}";
        string rounded = provenance.LowestPrecision == provenance.Precision ? "" : $", rounded to {provenance.LowestPrecision} before";
        return $"{provenance.Source}{revision}, by {provenance.Converter}, {provenance.Precision}{rounded}";
    }

    private static string Semantics(Tokenizer tokenizer) =>
        tokenizer.Semantics == TokenizerSemantics.Slow ? "slow" : "fast";
}
