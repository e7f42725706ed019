using System.Globalization;
using System.Text.Json;

namespace AlbertNative.ParityTests.Annotations;

/// <summary>Compares columns that finishers have made.</summary>
internal static class SparkNlpValues
{
    public static void Compare(JsonElement expected, object? actual, string where, float tolerance)
    {
        switch (actual)
        {
            case string text:
                CompareTexts(expected.GetString()!.Split('@'), text.Split('@'), '#', where, tolerance);
                break;
            case IReadOnlyList<string> texts:
                CompareTexts([.. expected.EnumerateArray().Select(one => one.GetString()!)], texts, ' ', where, tolerance);
                break;
            case IReadOnlyList<ReadOnlyMemory<float>> vectors:
                Assert.Equal(expected.GetArrayLength(), vectors.Count);
                foreach ((JsonElement one, ReadOnlyMemory<float> other) in expected.EnumerateArray().Zip(vectors))
                    CompareVector([.. one.EnumerateArray().Select(number => number.GetSingle())], other.Span, where, tolerance);
                break;
            case IReadOnlyList<KeyValuePair<string, string?>> pairs:
                ComparePairs(expected, pairs, where, tolerance);
                break;
            default:
                Assert.Fail($"{where} is {actual?.GetType().Name ?? "null"}");
                break;
        }
    }

    // Scala's maps have an order of their own: that of the pairs means nothing.
    private static void ComparePairs(JsonElement expected, IReadOnlyList<KeyValuePair<string, string?>> actual, string where, float tolerance)
    {
        (string Key, string? Value)[] wanted = [.. expected.EnumerateArray().Select(pair => (pair[0].GetString()!, pair[1].GetString())).OrderBy(pair => pair)];
        (string Key, string? Value)[] got = [.. actual.Select(pair => (pair.Key, pair.Value)).OrderBy(pair => pair)];
        Assert.Equal(wanted.Select(pair => pair.Key), got.Select(pair => pair.Key));
        // Scores that differ in their last digit may be ordered otherwise.
        foreach (string key in wanted.Select(pair => pair.Key).Distinct())
        {
            string?[] wantedValues = [.. expected.EnumerateArray().Where(pair => pair[0].GetString() == key).Select(pair => pair[1].GetString())];
            string?[] gotValues = [.. actual.Where(pair => pair.Key == key).Select(pair => pair.Value)];
            foreach ((string? one, string? other) in wantedValues.Zip(gotValues))
                CompareText(one!, other!, ' ', $"{where}, {key}", tolerance);
        }
    }

    private static void CompareTexts(
        IReadOnlyList<string> expected, IReadOnlyList<string> actual, char separator, string where, float tolerance)
    {
        Assert.Equal(expected.Count, actual.Count);
        foreach ((string one, string other) in expected.Zip(actual))
            CompareText(one, other, separator, where, tolerance);
    }

    private static void CompareText(string expected, string actual, char separator, string where, float tolerance)
    {
        if (expected == actual)
            return;
        float[]? wanted = Numbers(expected, separator);
        float[]? got = Numbers(actual, separator);
        Assert.True(wanted is not null && got is not null, $"{where}: expected {expected}, got {actual}");
        CompareVector(wanted, got, where, tolerance);
    }

    private static float[]? Numbers(string text, char separator)
    {
        string[] parts = text.Split(separator);
        float[] numbers = new float[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!float.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]))
                return null;
        }
        return numbers;
    }

    private static void CompareVector(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string where, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])), $"{where}: entry {i} should be {expected[i]}, is {actual[i]}");
    }
}
