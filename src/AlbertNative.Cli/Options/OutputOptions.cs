using System.CommandLine;

namespace AlbertNative.Cli;

/// <summary>How results look.</summary>
internal sealed class OutputOptions
{
    private readonly Option<bool> _json = new("--json")
    {
        Description = "Write JSON lines at a terminal too; elsewhere, and with --jsonl, they are written anyway",
    };
    private readonly Option<bool>? _utf16Offsets;

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="hasOffsets">Whether its results hold offsets.</param>
    public OutputOptions(Command command, bool hasOffsets = false)
    {
        command.Add(_json);
        if (!hasOffsets)
            return;
        _utf16Offsets = new("--utf16-offsets")
        {
            Description = "Count offsets in UTF-16 code units (.NET, Java, JavaScript) instead of Unicode code points (Python)",
        };
        command.Add(_utf16Offsets);
    }

    /// <summary>Whether JSON is asked for, whatever the output is.</summary>
    public bool IsJson(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>How the command counts in texts.</summary>
    public Func<string, TextOffsets> Offsets(ParseResult parsed)
    {
        bool utf16 = _utf16Offsets is not null && parsed.GetValue(_utf16Offsets);
        return text => utf16 ? TextOffsets.Utf16 : TextOffsets.CodePoints(text);
    }
}
