using AlbertNative.Hub;

namespace AlbertNative.Cli;

/// <summary>What a user gave as a model: a path, or a name on the hub.</summary>
internal static class ModelPath
{
    /// <summary>The path of a model: a directory, a file, or a name on the hub; null means the default model.</summary>
    /// <exception cref="BadInputException">There is nothing of that name, and no such model on the hub.</exception>
    public static string Of(string? nameOrPath, Session session, DefaultModel? defaultModel = null) =>
        nameOrPath is null ? (defaultModel ?? DefaultModel.Nano).Find() : Resolve(session, nameOrPath);

    /// <summary>The path of what <paramref name="nameOrPath"/> means; a name's model is fetched first where the cache lacks it.</summary>
    /// <exception cref="BadInputException">There is nothing of that name, and no such model on the hub.</exception>
    public static string Resolve(Session session, string nameOrPath)
    {
        try
        {
            return HubName.IsMeant(nameOrPath, out _)
                ? Fetch(session, HubOptions.FromEnvironment(), (client, progress) => client.ResolveAsync(nameOrPath, progress, session.Cancellation))
                : HubModel.Resolve(nameOrPath, cancellationToken: session.Cancellation);
        }
        catch (FileNotFoundException e)
        {
            throw new BadInputException(e.Message);
        }
    }

    /// <summary>Fetches a model while its files are shown; what else is to be said of it follows on the error stream.</summary>
    /// <exception cref="BadInputException">The model could not be fetched.</exception>
    public static string Fetch(
        Session session, HubOptions options, Func<HubClient, IProgress<DownloadProgress>, Task<string>> fetch)
    {
        try
        {
            List<string> notices = [];
            using HubClient client = new(options with { Notice = notices.Add });
            string folder = DownloadDisplay.DuringAsync(session.Terminal, progress => fetch(client, progress)).GetAwaiter().GetResult();
            foreach (string notice in notices)
                session.Terminal.Error.WriteLine($"albert: {notice}");
            return folder;
        }
        catch (HubException e)
        {
            throw new BadInputException(OneLine.Of(e));
        }
    }
}
