using System.Diagnostics;
using AlbertNative.Tests.Cli;
using AlbertNative.Tests.Samples;

namespace AlbertNative.Tests.Docs;

/// <summary>
/// Every command line that a page shows does what the page shows below it. <c>albert ...</c> and
/// <c>dotnet run --project src/AlbertNative.Cli ... -- ...</c> run in this process, at a terminal unless the output
/// shown is JSON; samples and the converter run as they are built. Other programs' lines are not run.
/// </summary>
[Collection(WorkingFolder.Collection)]
public sealed class DocumentedCommandTests(WorkingFolder folder)
{
    public static TheoryData<string> Pages => [.. CodeBlock.Pages()];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Commands_do_what_the_page_shows(string page)
    {
        folder.Clear();
        foreach (CodeBlock block in CodeBlock.Of(page).Where(block => block.Language is "" or "sh" or "bash" or "shell" or "console"))
        {
            foreach (DocumentedCommand command in DocumentedCommand.Of(block))
                await Run(command);
        }
    }

    private static async Task Run(DocumentedCommand command)
    {
        string[] words = command.Words;
        int dashes = Array.IndexOf(words, "--");
        if (words[0] == "albert")
            RunAlbert(command, words[1..]);
        else if (words is ["dotnet", "run", "--project", string project, ..])
            await RunProject(command, project.TrimEnd('/'), dashes < 0 ? [] : words[(dashes + 1)..]);
        else if (words is ["cp", string file, "."])
            File.Copy(file, Path.GetFileName(file));
    }

    private static async Task RunProject(DocumentedCommand command, string project, string[] arguments)
    {
        switch (project)
        {
            case "src/AlbertNative.Cli":
                RunAlbert(command, arguments);
                break;
            case "tools/AlbertNative.Converter":
                await RunProcess(command, SampleProcess.Start("albert-convert", arguments));
                break;
            case "samples/SemanticSearch":
                await RunProcess(command, SampleProcess.Start("SemanticSearch", arguments));
                break;
            case "samples/VectorData":
                await RunProcess(command, SampleProcess.StartOwn("VectorData", arguments));
                break;
            default:
                // A server, or hours of measuring; both have tests and scripts of their own.
                Assert.True(project is "samples/WebApi" || project.StartsWith("bench/", StringComparison.Ordinal), $"{command.Where}: nobody knows how to test {project}");
                break;
        }
    }

    private static async Task RunProcess(DocumentedCommand command, Process program)
    {
        using Process process = program;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, command.Where);
        Compare(command, output);
    }

    private static void RunAlbert(DocumentedCommand command, string[] arguments)
    {
        bool json = command.Output.Any(line => line.StartsWith('{'));
        CliRun run = json ? CliRun.Of(arguments) : CliRun.AtTerminal(arguments);
        Assert.True(run.ExitCode == 0, $"{command.Where} ends with {run.ExitCode}: {run.Error}");
        Compare(command, run.Output);
    }

    private static void Compare(DocumentedCommand command, string output)
    {
        if (command.Output.Any(line => !string.IsNullOrWhiteSpace(line)))
            ExpectedOutput.AssertMatches(command.Output, output, command.Where);
    }
}
