using System.Globalization;
using System.Text.Json;
using AlbertNative.Annotations;

namespace AlbertNative.ParityTests.Annotations;

/// <summary>Compares what a pipeline gives with what Spark NLP gave; its errors name the line, the row and the column.</summary>
/// <param name="id">The line.</param>
/// <param name="vectorsOf">The vectors of a column, by their rows in its tensor; null where the goldens have kept none.</param>
/// <param name="tolerance">The largest difference of a score, and of a vector's entry, relative to it where that is more than 1.</param>
internal sealed class SparkNlpComparison(string id, Func<string, Func<int, float[]>?>? vectorsOf = null, float tolerance = 2e-5f)
{
    /// <summary>The number of annotations that were compared.</summary>
    public int Count { get; private set; }

    /// <summary>Compares all rows of some lines, and tells all their faults together.</summary>
    public static void CompareAll(
        IEnumerable<SparkNlpLine> lines, Func<SparkNlpLine, IEnumerable<AnnotationRow>> rowsOf, Func<SparkNlpLine, SparkNlpComparison> comparisonOf)
    {
        int annotations = 0;
        List<string> faults = [];
        foreach (SparkNlpLine line in lines)
        {
            if (line.HasError)
            {
                Assert.ThrowsAny<Exception>(() => rowsOf(line).ToList());
                continue;
            }
            SparkNlpComparison comparison = comparisonOf(line);
            JsonElement[] expected = [.. line.Line.GetProperty("out").EnumerateArray()];
            AnnotationRow[] actual = [.. rowsOf(line)];
            if (expected.Length != actual.Length)
            {
                faults.Add($"{line.Id}: {actual.Length} rows instead of {expected.Length}");
                continue;
            }
            foreach ((JsonElement one, AnnotationRow other) in expected.Zip(actual))
            {
                if (Record.Exception(() => comparison.Compare(one, other)) is Exception fault)
                    faults.Add($"{line.Id}: {fault.Message}");
            }
            annotations += comparison.Count;
        }
        Assert.True(faults.Count == 0, $"{faults.Count} faults:\n{string.Join('\n', faults.Take(40))}");
        Assert.True(annotations > 0, "nothing was compared");
    }

    public void Compare(JsonElement expected, AnnotationRow actual)
    {
        if (expected.TryGetProperty("row", out JsonElement row))
            Assert.Equal(row.GetInt32(), actual["row"]);
        foreach (JsonProperty column in expected.EnumerateObject().Where(column => column.Name != "row"))
            CompareColumn(column.Name, column.Value, actual[column.Name], $"{id}, row {actual["row"]}, {column.Name}");
    }

    public void CompareAnnotations(string column, JsonElement expected, IReadOnlyList<Annotation> actual, string where)
    {
        string[] wanted = [.. expected.EnumerateArray().Select(a => $"{a[0]}[{a[1]},{a[2]}] {a[3]}")];
        Assert.True(wanted.SequenceEqual(actual.Select(a => a.ToString())),
            $"{where}: expected {string.Join(" | ", wanted)}, got {string.Join(" | ", actual)}");
        foreach ((JsonElement one, Annotation other) in expected.EnumerateArray().Zip(actual))
        {
            CompareMetadata(one[4], other.Metadata, $"{where}, {other}");
            CompareVector(column, one, other, $"{where}, {other}");
            Count++;
        }
    }

    private void CompareColumn(string column, JsonElement expected, object? actual, string where)
    {
        if (actual is IReadOnlyList<Annotation> annotations)
            CompareAnnotations(column, expected, annotations, where);
        else
            SparkNlpValues.Compare(expected, actual, where, tolerance);
    }

    private void CompareMetadata(JsonElement expected, IReadOnlyDictionary<string, string?> actual, string where)
    {
        Dictionary<string, string?> wanted = expected.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString());
        Assert.True(wanted.Keys.Order().SequenceEqual(actual.Keys.Order()),
            $"{where}: expected {string.Join(' ', wanted.Keys.Order())}, got {string.Join(' ', actual.Keys.Order())}");
        foreach ((string key, string? value) in wanted)
            Assert.True(SameValue(value, actual[key]), $"{where}: {key} should be {value}, is {actual[key]}");
    }

    private bool SameValue(string? expected, string? actual) =>
        expected == actual
        || (expected?.AsSpan().ContainsAny(".E") == true && IsNumber(expected, out float wanted) && IsNumber(actual, out float got)
            && Math.Abs(wanted - got) <= tolerance);

    private static bool IsNumber(string? text, out float number) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);

    private void CompareVector(string column, JsonElement expected, Annotation actual, string where)
    {
        Func<int, float[]>? vectors = vectorsOf?.Invoke(column);
        if (vectors is null)
            return;
        if (expected.GetArrayLength() < 6)
        {
            Assert.True(actual.Embeddings.IsEmpty, $"{where}: expected no vector");
            return;
        }
        float[] wanted = vectors(expected[5].GetInt32());
        Assert.Equal(wanted.Length, actual.Embeddings.Length);
        for (int i = 0; i < wanted.Length; i++)
        {
            float difference = Math.Abs(wanted[i] - actual.Embeddings.Span[i]);
            Assert.True(difference <= tolerance * Math.Max(1, Math.Abs(wanted[i])), $"{where}: entry {i} should be {wanted[i]}, is {actual.Embeddings.Span[i]}");
        }
    }
}
