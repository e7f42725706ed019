using AlbertNative.Server.Hosting;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.OpenInference;

/// <summary>What a path below <c>/v2/models/</c> is about: <c>NAME[/versions/VERSION][/ACTION]</c>, where names may have slashes.</summary>
/// <param name="Name">The model's name, served or not.</param>
/// <param name="Version">The version that is wanted; null for any.</param>
/// <param name="Action">What is wanted of it; empty for its metadata.</param>
internal sealed record InferTarget(string Name, string? Version, string Action)
{
    private const string Versions = "versions";

    /// <summary>Reads a path.</summary>
    /// <exception cref="RequestException">It has more than that.</exception>
    public static InferTarget Of(HttpContext http, ServedModels models)
    {
        string path = RouteNames.Of(http, "path") ?? "";
        (string? name, string rest) = RouteNames.Split(models.Names, path);
        // Of a model that nobody knows the first word is the name: what is said of it is that it is unknown.
        if (name is null)
            return new(path.Split('/')[0], null, "");
        return rest.Split('/') switch
        {
            [""] => new(name, null, ""),
            ["", Versions, { Length: > 0 } version] => new(name, version, ""),
            ["", Versions, { Length: > 0 } version, { Length: > 0 } action] => new(name, version, action),
            ["", { Length: > 0 } action] => new(name, null, action),
            _ => throw new RequestException(ErrorKind.NoSuchRoute, "not found"),
        };
    }

    /// <summary>Refuses a version that is not the one that is served.</summary>
    /// <exception cref="RequestException">It is another.</exception>
    public void RequireVersion(ServedModel model)
    {
        if (Version is not null && Version != model.Version)
            throw new RequestException(ErrorKind.NoSuchModel, "this version of the model is not served", "version");
    }
}
