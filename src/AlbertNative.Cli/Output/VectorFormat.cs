using System.Globalization;
using System.Text.Json;
using AlbertNative.Tokenization;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary>Vectors as JSON and as tables.</summary>
/// <param name="offsets">How offsets are counted.</param>
internal sealed class VectorFormat(Func<string, TextOffsets> offsets)
{
    private const int ShownNumbers = 6;

    private static ColumnType Span => ColumnType.StructOf(("start", ColumnType.Integer), ("end", ColumnType.Integer));

    /// <summary>The words are the table's own.</summary>
    public static TableColumn<IReadOnlyList<string>, TokenEmbeddings>[] WordColumns =>
        [new("embeddings", ColumnType.ListOf(ColumnType.Vector), (_, words) => Vectors(words))];

    public TableColumn<string, TokenEmbeddings>[] TokenColumns =>
    [
        new("tokens", ColumnType.ListOf(ColumnType.Text), (_, tokens) => tokens.Tokens),
        new("offsets", ColumnType.ListOf(Span), (text, tokens) => Spans(offsets(text), tokens)),
        new("embeddings", ColumnType.ListOf(ColumnType.Vector), (_, tokens) => Vectors(tokens)),
    ];

    public void WriteTokens(Utf8JsonWriter json, string text, TokenEmbeddings tokens)
    {
        json.WriteTexts("tokens", tokens.Tokens);
        TextOffsets count = offsets(text);
        json.WriteStartArray("offsets");
        foreach (TextSpan span in tokens.Spans)
            json.WritePair(count.At(span.Start), count.At(span.End));
        json.WriteEndArray();
        WriteVectors(json, tokens);
    }

    public static void WriteWords(Utf8JsonWriter json, TokenEmbeddings words)
    {
        json.WriteTexts("words", words.Tokens);
        WriteVectors(json, words);
    }

    public static void Render(IAnsiConsole console, string text, float[] vector)
    {
        Table table = Tables.Create("text", "dimension", "length", "vector");
        table.Add(text, vector.Length, (float)Length(vector), Begin(vector));
        console.Write(table);
    }

    public static void RenderTokens(IAnsiConsole console, TokenEmbeddings tokens)
    {
        Table table = Tables.Create("token", $"vector of {tokens.Dimension}");
        for (int i = 0; i < tokens.Count; i++)
            table.Add(tokens.Tokens[i], tokens[i].IsEmpty ? "none" : Begin(tokens[i]));
        console.Write(table);
    }

    private static void WriteVectors(Utf8JsonWriter json, TokenEmbeddings tokens)
    {
        json.WriteStartArray("embeddings");
        for (int i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].IsEmpty)
                json.WriteNullValue();
            else
                json.WriteFloats(tokens[i]);
        }
        json.WriteEndArray();
    }

    private static IEnumerable<object?> Vectors(TokenEmbeddings tokens) =>
        Enumerable.Range(0, tokens.Count).Select(i => tokens[i].IsEmpty ? null : tokens[i].ToArray());

    private static object?[][] Spans(TextOffsets count, TokenEmbeddings tokens) =>
        Array.ConvertAll(tokens.Spans.ToArray(), span => (object?[])[count.At(span.Start), count.At(span.End)]);

    /// <summary>The first numbers of a vector, for people.</summary>
    public static string Begin(ReadOnlySpan<float> vector)
    {
        ReadOnlySpan<float> shown = vector[..Math.Min(ShownNumbers, vector.Length)];
        string[] numbers = Array.ConvertAll(shown.ToArray(), number => number.ToString("0.0000", CultureInfo.InvariantCulture));
        return string.Join("  ", numbers) + (vector.Length > ShownNumbers ? "  …" : "");
    }

    private static double Length(ReadOnlySpan<float> vector)
    {
        double squares = 0;
        foreach (float value in vector)
            squares += (double)value * value;
        return Math.Sqrt(squares);
    }
}
