using System.Text;
using AlbertNative.Cli;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;
using Spectre.Console;

namespace AlbertNative.Tests.Cli;

/// <summary>What others have chosen reaches a terminal without what could rewrite it.</summary>
public sealed class CleanOutputTests
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
    public void A_carriage_return_alone_cannot_write_over_its_line()
    {
        using StringWriter error = new();
        Terminal terminal = new() { Input = Stream.Null, Output = Stream.Null, Error = error };
        terminal.Error.Write("bad\rgood\r\n\tend\r");
        Assert.Equal("bad\uFFFDgood\r\n\tend\uFFFD", error.ToString());
    }

    [Fact]
    public void A_line_that_is_drawn_again_keeps_the_controls_that_do_it()
    {
        using StringWriter error = new();
        Terminal terminal = new() { Input = Stream.Null, Output = Stream.Null, Error = error };
        terminal.Redraw("1/2 \u001b[2J");
        Assert.Equal("\r1/2 \uFFFD[2J\u001b[K", error.ToString());
    }

    [Theory]
    [InlineData("tag", "انسان")]
    [InlineData("tag", "--words", "انسان")]
    [InlineData("info")]
    public void Labels_of_a_configuration_are_shown_clean(string command, params string[] arguments)
    {
        using TemporaryFolder folder = new();
        ModelExporter.Export(ShippedModels.Tagger, Path.Combine(folder.Path, "m"));
        string config = Path.Combine(folder.Path, "m", "config.json");
        string text = File.ReadAllText(config);
        Assert.Contains("\"NOUN\"", text);
        File.WriteAllText(config, text.Replace("\"NOUN\"", "\"N\\u001b[31m\\u009b\\u202eN\"", StringComparison.Ordinal));
        string[] model = command == "info" ? [Path.Combine(folder.Path, "m")] : ["--model", Path.Combine(folder.Path, "m")];
        CliRun run = CliRun.AtTerminal([command, .. model, .. arguments]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("N\uFFFD[31m\uFFFD\uFFFDN", run.Output.ReplaceLineEndings(""));
        Assert.DoesNotContain("\u001b[31m", run.Output);
        Assert.DoesNotContain('\u009b', run.Output);
        Assert.DoesNotContain('\u202e', run.Output);
        CliRun json = CliRun.Of([command, "--json", .. model, .. arguments]);
        Assert.DoesNotContain('\u001b', json.Output);
        Assert.DoesNotContain('\u009b', json.Output);
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
