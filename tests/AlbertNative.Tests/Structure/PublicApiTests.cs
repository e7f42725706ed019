using System.Reflection;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Structure;

/// <summary>
/// Each library's public API stands in its <c>PublicAPI.txt</c>, so that a change to it shows in the diff.
/// <c>ALBERTNATIVE_UPDATE_API=1</c> rewrites the files.
/// </summary>
public sealed class PublicApiTests
{
    public static TheoryData<string> Libraries =>
    [
        "AlbertNative.Tensors", "AlbertNative.Tokenization", "AlbertNative.Checkpoints", "AlbertNative.Model",
        "AlbertNative", "AlbertNative.Hub", "AlbertNative.Extensions.AI", "AlbertNative.Training", "AlbertNative.Annotations",
        "AlbertNative.Serving", "AlbertNative.Models.Nano",
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
}
