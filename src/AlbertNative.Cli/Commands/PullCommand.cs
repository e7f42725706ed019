using System.CommandLine;
using AlbertNative.Hub;

namespace AlbertNative.Cli;

/// <summary><c>albert pull</c>: fetches a model from the hub, or what is new of it, and writes its folder's path.</summary>
internal sealed class PullCommand : Command
{
    public const string Word = "pull";
    public const string Summary = "Fetch a model from the Hugging Face hub into Hugging Face's cache, and write its path";

    private readonly Session _session;
    private readonly Func<HubOptions> _readOptions;
    private readonly Argument<string> _name = new("NAME")
    {
        Description = "The model's name on the hub, ORG/NAME or ORG/NAME@REVISION",
    };
    private readonly Option<string?> _revision = new("--revision")
    {
        Description = $"A branch, a tag or a commit [default: {HubName.DefaultRevision}]",
        HelpName = "REVISION",
    };

    public PullCommand(Session session, Func<HubOptions> readOptions)
        : base(Word, Summary)
    {
        _session = session;
        _readOptions = readOptions;
        Add(_name);
        Add(_revision);
        SetAction(Execute);
    }

    private int Execute(ParseResult parsed)
    {
        HubName model = Parse(parsed.GetValue(_name)!, parsed.GetValue(_revision));
        string folder = ModelPath.Fetch(
            _session, _readOptions(),
            (client, progress) => client.DownloadAsync(model.Repository, model.Revision, progress, _session.Cancellation));
        _session.Terminal.Output.Write(Terminal.Utf8.GetBytes(folder + "\n"));
        return ExitCode.Success;
    }

    private static HubName Parse(string name, string? revision)
    {
        string[] parts = name.Split('@', 2);
        if (parts.Length == 2 && revision is not null)
            throw new BadInputException($"{name}: the revision is given twice, by @ and by --revision");
        return HubName.Create(parts[0], revision ?? parts.ElementAtOrDefault(1) ?? HubName.DefaultRevision);
    }
}
