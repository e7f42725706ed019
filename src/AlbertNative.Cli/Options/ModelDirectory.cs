namespace AlbertNative.Cli;

/// <summary>Where the model that a user asks for is.</summary>
internal static class ModelDirectory
{
    /// <summary>The directory of a path or a hub's name; null means the default model.</summary>
    /// <exception cref="BadInputException">There is no such directory, and no such model on the hub.</exception>
    public static string Of(string? nameOrPath, Session session)
    {
        string path = nameOrPath is null
            ? DefaultModel.Find()
            : ModelPath.Resolve(session, nameOrPath);
        return Directory.Exists(path) ? path : throw new BadInputException($"there is no model directory {path}");
    }
}
