using System.Reflection;
using System.Text.RegularExpressions;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Structure;

/// <summary>
/// Each library's public API stands in its <c>PublicAPI.txt</c>, so that a change to it shows in the diff.
/// <c>ALBERTNATIVE_UPDATE_API=1</c> rewrites the files.
/// </summary>
public sealed partial class PublicApiTests
{
    public static TheoryData<string> Libraries =>
    [
        "AlbertNative.Tensors", "AlbertNative.Tokenization", "AlbertNative.Checkpoints", "AlbertNative.Model",
        "AlbertNative", "AlbertNative.Hub", "AlbertNative.Extensions.AI", "AlbertNative.Training", "AlbertNative.Annotations",
        "AlbertNative.Serving", "AlbertNative.Models.MiniLM", "AlbertNative.Models.Nano",
    ];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void The_public_api_is_the_listed_one(string library)
    {
        string actual = string.Join('\n', PublicApi.Describe(Assembly.Load(library))) + "\n";
        string file = Path.Combine(SharedFolder.Repository, "src", library, "PublicAPI.txt");
        if (Environment.GetEnvironmentVariable("ALBERTNATIVE_UPDATE_API") == "1")
            File.WriteAllText(file, actual);
        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n"), actual);
    }

    /// <summary>What is meant by the same type everywhere is called the same everywhere.</summary>
    [Theory]
    [MemberData(nameof(Libraries))]
    public void Parameters_of_one_meaning_have_one_name(string library)
    {
        string[] lines = [.. PublicApi.Describe(Assembly.Load(library))];
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.All(NamedAlike().Matches(line), match =>
            Assert.Equal(match.Groups["type"].Value == "CancellationToken" ? "cancellationToken" : "progress", match.Groups["name"].Value)));
    }

    [GeneratedRegex(@"(?<type>CancellationToken|IProgress<[^()]*?>+) (?<name>\w+)")]
    private static partial Regex NamedAlike();
}
