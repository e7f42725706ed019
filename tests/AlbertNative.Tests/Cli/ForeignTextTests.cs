using System.Text;
using AlbertNative.Cli;
using AlbertNative.Tests.Tasks;
using Spectre.Console;

namespace AlbertNative.Tests.Cli;

/// <summary>What others have chosen reaches a terminal without what could rewrite it.</summary>
public sealed class ForeignTextTests
{
    // A colour by ESC and by its 8-bit form, a title, a bell, a turned direction, a line separator; ZWNJ is no harm.
    private const string Hostile = "a\u001b[31mb\u009b2Jc\u001b]0;t\u0007d\u202ee\u2066f\u2028g\u200ch";
    private const string Clean = "a\uFFFD[31mb\uFFFD2Jc\uFFFD]0;t\uFFFDd\uFFFDe\uFFFDf\uFFFDg\u200ch";

    [Fact]
    public void Consoles_draw_it_clean_and_keep_their_own_colours()
    {
        using MemoryStream output = new();
        using StringWriter error = new();
        Terminal terminal = new() { Input = Stream.Null, Output = output, Error = error };
        IAnsiConsole console = terminal.CreateConsole();
        console.Profile.Width = 200;
        console.Profile.Capabilities.Ansi = true;
        console.WriteLine(Hostile);
        Table table = Tables.Create(Hostile);
        table.Add(Hostile);
        console.Write(table);
        console.Write(new Text("red", new Style(Color.Red)));
        string shown = Encoding.UTF8.GetString(output.ToArray());
        Assert.Equal(3, shown.Split(Clean).Length - 1);
        Assert.DoesNotContain("\u001b[31mb", shown);
        Assert.DoesNotContain('\u009b', shown);
        Assert.Matches("\u001b\\[[0-9;]+mred\u001b\\[0m", shown);
    }

    [Fact]
    public void Messages_are_written_clean()
    {
        using StringWriter error = new();
        Terminal terminal = new() { Input = Stream.Null, Output = Stream.Null, Error = error };
        terminal.Error.WriteLine($"albert: {Hostile}");
        terminal.Error.Write(Hostile[1]);
        terminal.Error.Write(Hostile.ToCharArray(), 0, 3);
        Assert.Equal($"albert: {Clean}{Environment.NewLine}\uFFFDa\uFFFD[", error.ToString());
        CliRun run = CliRun.Of("tokenize", "--tokenizer", $"./{Hostile}", "a");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(Clean[..Clean.LastIndexOf('\uFFFD')], run.Error); // a line's end of any kind is a blank in a message
        Assert.DoesNotContain('\u001b', run.Error);
    }

    [Fact]
    public void Json_escapes_what_a_terminal_may_obey()
    {
        string vocabulary = Path.Combine(Nano.Folder, "spiece.model");
        CliRun run = CliRun.Of("decode", "--raw", "--tokenizer", vocabulary, "13");
        Assert.Equal(0, run.ExitCode);
        using MemoryStream stream = new();
        using (System.Text.Json.Utf8JsonWriter json = new(stream))
            json.WriteText("\u007f\u0080\u009b\u009f\u00a0é\u001b");
        Assert.Equal("\"\\u007f\\u0080\\u009b\\u009f\u00a0é\\u001b\"", Encoding.UTF8.GetString(stream.ToArray()));
    }
}
