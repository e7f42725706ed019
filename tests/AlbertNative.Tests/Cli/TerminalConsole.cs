using Spectre.Console;

namespace AlbertNative.Tests.Cli;

/// <summary>A console that takes a text for a wide terminal.</summary>
internal static class TerminalConsole
{
    public static IAnsiConsole On(TextWriter screen)
    {
        IAnsiConsole console = AnsiConsole.Create(new()
        {
            Out = new AnsiConsoleOutput(screen),
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
        });
        console.Profile.Width = 120;
        return console;
    }
}
