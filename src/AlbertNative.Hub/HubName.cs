using System.Diagnostics.CodeAnalysis;
using AlbertNative.Hub.Files;

namespace AlbertNative.Hub;

/// <summary>A model's name on the hub and the revision wanted: <c>org/name</c> or <c>org/name@revision</c>.</summary>
public sealed record HubName
{
    /// <summary>The branch that is meant where no revision is named.</summary>
    public const string DefaultRevision = "main";

    private const int MaximumLength = 96;

    private static readonly string[] ModelFileExtensions = [".safetensors", ".bin", ".onnx", ".json", ".model", ".txt"];

    private HubName(string repository, string revision)
    {
        Repository = repository;
        Revision = revision;
    }

    /// <summary>The model's name, <c>org/name</c>; old models of the hub have a bare <c>name</c>.</summary>
    public string Repository { get; }

    /// <summary>A branch, a tag or a commit.</summary>
    public string Revision { get; }

    /// <summary>
    /// Decides from its form alone whether <paramref name="text"/> names a model on the hub or a local path.
    /// A hub name has exactly one slash and only the characters that the hub allows; what is rooted, starts with
    /// <c>.</c> or <c>~</c>, has a backslash or ends like a model's file (<c>.safetensors</c>, <c>.bin</c>, ...)
    /// is a path. Whether such a file exists is not looked at; <see cref="IsMeant"/> does that.
    /// </summary>
    /// <param name="text">What the user gave.</param>
    /// <param name="name">The name, where the method returns true.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out HubName? name)
    {
        name = null;
        if (string.IsNullOrEmpty(text))
            return false;

        int at = text.IndexOf('@', StringComparison.Ordinal);
        string repository = at < 0 ? text : text[..at];
        string revision = at < 0 ? DefaultRevision : text[(at + 1)..];
        if (!repository.Contains('/', StringComparison.Ordinal) || !IsRepository(repository) || !IsRevision(revision))
            return false;
        if (ModelFileExtensions.Any(extension => repository.EndsWith(extension, StringComparison.OrdinalIgnoreCase)))
            return false;

        name = new HubName(repository, revision);
        return true;
    }

    /// <summary>
    /// Decides whether a user who may give either means a model on the hub: <paramref name="nameOrPath"/> has a name's
    /// form (<see cref="TryParse"/>), and nothing of that name is on disk.
    /// </summary>
    /// <param name="nameOrPath">What the user gave.</param>
    /// <param name="name">The name, where the method returns true.</param>
    public static bool IsMeant([NotNullWhen(true)] string? nameOrPath, [NotNullWhen(true)] out HubName? name)
    {
        name = null;
        return !LocalPath.Exists(nameOrPath) && TryParse(nameOrPath, out name);
    }

    /// <summary>A name whose parts are given; unlike in <see cref="TryParse"/>, a bare <c>name</c> is accepted.</summary>
    /// <exception cref="ArgumentException">A part is not of the form that the hub gives to names and revisions.</exception>
    public static HubName Create(string repository, string revision = DefaultRevision)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(revision);
        if (!IsRepository(repository))
        {
            throw new ArgumentException(
                $"'{repository}' is not a model's name on the hub; names look like 'org/name' and hold letters, digits, '-', '_' and '.'.",
                nameof(repository));
        }
        if (!IsRevision(revision))
            throw new ArgumentException($"'{revision}' is not a revision; give a branch, a tag or a commit.", nameof(revision));
        return new HubName(repository, revision);
    }

    /// <summary><c>org/name</c>, followed by <c>@revision</c> where that is not the default.</summary>
    public override string ToString() => Revision == DefaultRevision ? Repository : $"{Repository}@{Revision}";

    private static bool IsRepository(string text)
    {
        string[] parts = text.Split('/');
        return text.Length <= MaximumLength && parts.Length <= 2 && parts.All(IsRepositoryPart);
    }

    // "--" is the separator of the cache's folder names, which is why the hub forbids it in names.
    private static bool IsRepositoryPart(string part) =>
        part.Length > 0
        && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        && part[0] is not ('-' or '.') && part[^1] is not ('-' or '.')
        && !part.Contains("--", StringComparison.Ordinal) && !part.Contains("..", StringComparison.Ordinal)
        && !part.EndsWith(".git", StringComparison.OrdinalIgnoreCase);

    // A revision becomes a file's path below refs/ and must be as harmless as one.
    private static bool IsRevision(string text) => RepositoryPath.IsSafe(text);
}
