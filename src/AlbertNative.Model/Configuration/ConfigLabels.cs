using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace AlbertNative.Model;

/// <summary>
/// Reads the labels: <c>id2label</c> decides, as in transformers; <c>label2id</c> and <c>num_labels</c> must
/// not contradict it.
/// </summary>
internal static class ConfigLabels
{
    public static ImmutableArray<string> Read(JsonFields json, List<string> faults)
    {
        int before = faults.Count;
        int? count = Count(json, faults);
        string[]? labels = null;
        if (json.TryRead("id2label", out Utf8JsonReader byId))
            labels = FromIds(byId, faults);
        else if (json.TryRead("label2id", out Utf8JsonReader byLabel))
            labels = FromLabels(byLabel, faults);
        if (faults.Count > before)
            return ModelConfig.NumberedLabels(2);

        if (labels is null)
            return ModelConfig.NumberedLabels(count ?? 2);
        if (count is int stated && stated != labels.Length)
            faults.Add($"num_labels is {stated}, but id2label has {labels.Length} labels");
        if (json.TryRead("label2id", out Utf8JsonReader inverse))
            CheckInverse(inverse, labels, faults);
        return ImmutableCollectionsMarshal.AsImmutableArray(labels);
    }

    private static int? Count(JsonFields json, List<string> faults)
    {
        // More labels than anyone could name: their numbered names alone would fill the memory.
        const int Most = 1 << 20;
        if (!json.TryRead("num_labels", out Utf8JsonReader reader))
            return null;
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int count) && count is > 0 and <= Most)
            return count;
        faults.Add($"num_labels is {json.Excerpt("num_labels")}, expected a whole number from 1 to {Most}");
        return null;
    }

    private static string[]? FromIds(Utf8JsonReader reader, List<string> faults)
    {
        string?[]? labels = Sized(reader, "id2label", faults);
        if (labels is null)
            return null;
        int before = faults.Count;
        reader.Read();
        for (; reader.TokenType == JsonTokenType.PropertyName; reader.Read())
        {
            string id = reader.GetString()!;
            reader.Read();
            if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int index))
                faults.Add($"id2label has the id {ConfigNames.Quote(id)}, expected a number");
            else if (!Place(ref reader, index, labels))
                faults.Add($"id2label's id {id} is repeated, has no string, or is not below the number of labels {labels.Length}");
            if (faults.Count > before)
                return null;
        }
        return labels!;

        static bool Place(ref Utf8JsonReader reader, int index, string?[] labels)
        {
            if (reader.TokenType != JsonTokenType.String || (uint)index >= (uint)labels.Length || labels[index] is not null)
                return false;
            labels[index] = reader.GetString();
            return true;
        }
    }

    private static string[]? FromLabels(Utf8JsonReader reader, List<string> faults)
    {
        string?[]? labels = Sized(reader, "label2id", faults);
        if (labels is null)
            return null;
        reader.Read();
        for (; reader.TokenType == JsonTokenType.PropertyName; reader.Read())
        {
            string label = reader.GetString()!;
            reader.Read();
            if (!IsId(reader, labels.Length, out int id) || labels[id] is not null)
            {
                faults.Add($"label2id gives {ConfigNames.Quote(label)} no id of its own below the number of labels {labels.Length}");
                return null;
            }
            labels[id] = label;
        }
        return labels!;
    }

    /// <summary>
    /// Each label's id must lead back to it. Labels of the form <c>LABEL_i</c> with id i also pass: transformers
    /// leaves them in <c>label2id</c> where somebody has named <c>id2label</c> alone.
    /// </summary>
    private static void CheckInverse(Utf8JsonReader reader, string[] labels, List<string> faults)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            faults.Add("label2id is not an object of labels and ids");
            return;
        }
        reader.Read();
        for (; reader.TokenType == JsonTokenType.PropertyName; reader.Read())
        {
            Utf8JsonReader label = reader;
            reader.Read();
            if (IsId(reader, labels.Length, out int id) &&
                (label.ValueTextEquals(labels[id]) || label.ValueTextEquals(ConfigNames.NumberedLabel(id))))
            {
                continue;
            }
            faults.Add($"label2id's {ConfigNames.Quote(label.GetString()!)} contradicts id2label");
            return;
        }
    }

    private static bool IsId(Utf8JsonReader reader, int count, out int id)
    {
        id = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out id) && (uint)id < (uint)count;
    }

    /// <summary>An array with a place for each property: counted first, so that nothing has to grow.</summary>
    private static string?[]? Sized(Utf8JsonReader reader, string key, List<string> faults)
    {
        int count = 0;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                count++;
                reader.Skip();
            }
        }
        if (count == 0)
            faults.Add($"{key} is not an object with at least one label");
        return count == 0 ? null : new string[count];
    }
}
