using AlbertNative.Annotations;

namespace AlbertNative.Cli;

/// <summary>Each row of a text as a JSON line of its own.</summary>
internal sealed class NluJsonWriter(Stream output, NluFormat format) : IResultWriter<string, IReadOnlyList<NluRow>>
{
    private readonly JsonLinesWriter<string, NluRow> _lines = new(output, (json, _, row) => format.Write(json, row));
    private int _texts;

    public void Write(string item, IReadOnlyList<NluRow> result, JsonRecord? record)
    {
        foreach (NluRow row in result)
            _lines.Write(item, row with { Index = _texts }, record);
        _texts++;
    }

    public void Flush() => _lines.Flush();

    public void Complete() => _lines.Complete();

    public void Dispose() => _lines.Dispose();
}
