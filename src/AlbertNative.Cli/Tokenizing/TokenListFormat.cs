using System.Globalization;
using System.Text.Json;
using AlbertNative.Tokenization;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary>Tokens as JSON and as a table.</summary>
/// <param name="offsets">How offsets are counted.</param>
/// <param name="words">Whether the index of each token's word is shown.</param>
/// <param name="overflow">Whether further windows are.</param>
internal sealed class TokenListFormat(Func<string, TextOffsets> offsets, bool words, bool overflow)
{
    private static ColumnType Numbers => ColumnType.ListOf(ColumnType.Integer);
    private static ColumnType Span => ColumnType.StructOf(("start", ColumnType.Integer), ("end", ColumnType.Integer));

    /// <summary>Columns of a table, as the fields of a JSON line.</summary>
    public TableColumn<TokenizeItem, TokenList>[] Columns =>
    [
        new("ids", Numbers, (_, tokens) => Boxed(tokens.Ids)),
        new("tokens", ColumnType.ListOf(ColumnType.Text), (_, tokens) => tokens.Tokens),
        new("token_type_ids", Numbers, (_, tokens) => Boxed(tokens.TokenTypeIds)),
        new("offsets", ColumnType.ListOf(Span), (item, tokens) => Offsets(item, tokens).Select(span => (object?[])[span.Start, span.End])),
        .. words ? [new("word_ids", Numbers, (_, tokens) => Boxed(tokens.WordIndices))] : (TableColumn<TokenizeItem, TokenList>[])[],
    ];

    public void WriteJson(Utf8JsonWriter json, TokenizeItem item, TokenList tokens)
    {
        json.WriteNumbers("ids", tokens.Ids);
        json.WriteTexts("tokens", tokens.Tokens);
        json.WriteNumbers("token_type_ids", tokens.TokenTypeIds);
        json.WriteStartArray("offsets");
        foreach ((int start, int end) in Offsets(item, tokens))
            json.WritePair(start, end);
        json.WriteEndArray();
        if (words)
            json.WriteNumbers("word_ids", tokens.WordIndices);
        if (overflow)
            WriteOverflow(json, item, tokens);
    }

    public void Render(IAnsiConsole console, TokenizeItem item, TokenList tokens)
    {
        Table table = Tables.Create("id", "token", "type", "offsets");
        foreach ((int i, (int start, int end)) in Offsets(item, tokens).Index())
        {
            string range = string.Create(CultureInfo.InvariantCulture, $"{start}-{end}");
            table.Add(tokens.Ids[i], tokens.Tokens[i], tokens.TokenTypeIds[i], range);
        }
        console.Write(table);
        foreach (TokenList window in overflow ? tokens.Overflow : [])
            Render(console, item, window);
    }

    private static IEnumerable<object?> Boxed(int[] numbers) => numbers.Cast<object?>();

    private void WriteOverflow(Utf8JsonWriter json, TokenizeItem item, TokenList tokens)
    {
        json.WriteStartArray("overflow");
        foreach (TokenList window in tokens.Overflow)
        {
            json.WriteStartObject();
            WriteJson(json, item, window);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private IEnumerable<(int Start, int End)> Offsets(TokenizeItem item, TokenList tokens)
    {
        // Neighbouring tokens nearly always lie in the same string, which is counted once.
        string? counted = null;
        TextOffsets count = default;
        for (int i = 0; i < tokens.Ids.Length; i++)
        {
            TextSpan span = tokens.Spans[i];
            if (tokens.SequenceIndices[i] < 0)
            {
                yield return (span.Start, span.End);
                continue;
            }

            string source = item.Source(tokens.SequenceIndices[i], tokens.WordIndices[i]);
            if (!ReferenceEquals(source, counted))
                (counted, count) = (source, offsets(source));
            yield return (count.At(span.Start), count.At(span.End));
        }
    }
}
