using AlbertNative.Hub;

namespace AlbertNative.Cli;

/// <summary>What a user gave as a model: a path, or a name on the hub.</summary>
internal static class ModelPath
{
    /// <summary>
    /// The path of what <paramref name="nameOrPath"/> means: a path that exists, or is no model's name, as it is; a
    /// name's cached folder, which is fetched first where the cache lacks it.
    /// </summary>
    /// <exception cref="BadInputException">The name's model could not be fetched.</exception>
    public static string Resolve(Terminal terminal, string nameOrPath, CancellationToken cancellation)
    {
        if (Path.Exists(nameOrPath) || !HubName.TryParse(nameOrPath, out _))
            return nameOrPath;
        try
        {
            using HubClient client = new();
            return DownloadDisplay.DuringAsync(
                terminal, progress => client.ResolveAsync(nameOrPath, progress, cancellation)).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is HubException or ArgumentException) // an argument: a variable of the environment
        {
            throw new BadInputException(OneLine.Of(e));
        }
    }
}
