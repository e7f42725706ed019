using System.CommandLine;
using AlbertNative.Hub;

namespace AlbertNative.Cli;

/// <summary><c>albert pull NAME</c>: fetches a model from the hub, or what is new of it, and writes the folder's path.</summary>
internal static class PullCommand
{
    public static Command Create(Terminal terminal, Func<HubClient> createClient)
    {
        Argument<string> name = new("name") { Description = "The model's name on the hub, ORG/NAME or ORG/NAME@REVISION" };
        Option<string?> revision = new("--revision")
        {
            Description = "A branch, a tag or a commit [default: main]",
            HelpName = "REVISION",
        };
        Command command = new("pull", "Fetch a model from the Hugging Face hub into Hugging Face's cache, and write its path") { name, revision };
        command.SetAction(async (parsed, cancellation) =>
        {
            string folder = await PullAsync(terminal, createClient, parsed.GetValue(name)!, parsed.GetValue(revision), cancellation);
            await terminal.Output.WriteAsync(Terminal.Utf8.GetBytes(folder + "\n"), cancellation);
            return 0;
        });
        return command;
    }

    private static async Task<string> PullAsync(
        Terminal terminal, Func<HubClient> createClient, string name, string? revision, CancellationToken cancellation)
    {
        HubName model = Parse(name, revision);
        try
        {
            using HubClient client = createClient();
            return await DownloadDisplay.DuringAsync(
                terminal, progress => client.DownloadAsync(model.Repository, model.Revision, progress, cancellation));
        }
        catch (Exception e) when (e is HubException or ArgumentException) // an argument: a variable of the environment
        {
            throw new BadInputException(OneLine.Of(e));
        }
    }

    private static HubName Parse(string name, string? revision)
    {
        string[] parts = name.Split('@', 2);
        if (parts.Length == 2 && revision is not null)
            throw new BadInputException($"{name}: the revision is given twice, by @ and by --revision");
        try
        {
            return HubName.Create(parts[0], revision ?? parts.ElementAtOrDefault(1) ?? HubName.DefaultRevision);
        }
        catch (ArgumentException e)
        {
            throw new BadInputException(OneLine.Of(e));
        }
    }
}
