using System.Reflection;
using System.Xml.Linq;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Structure;

/// <summary>The arrows of CONTRIBUTING.md: which project may know which.</summary>
public sealed class ProjectReferenceTests
{
    public static TheoryData<string, string[]> Arrows => new()
    {
        { "AlbertNative.Tensors", [] },
        { "AlbertNative.Tokenization", [] },
        { "AlbertNative.Checkpoints", [] },
        { "AlbertNative.Model", ["AlbertNative.Checkpoints", "AlbertNative.Hub", "AlbertNative.Tensors"] },
        { "AlbertNative", ["AlbertNative.Model", "AlbertNative.Tokenization"] },
        { "AlbertNative.Hub", [] },
        { "AlbertNative.Models.MiniLM", [] },
        { "AlbertNative.Models.Nano", [] },
        { "AlbertNative.Extensions.AI", ["AlbertNative"] },
        { "AlbertNative.Serving", ["AlbertNative"] },
        { "AlbertNative.Training", ["AlbertNative", "AlbertNative.Model", "AlbertNative.Tokenization"] },
        { "AlbertNative.Server", ["AlbertNative", "AlbertNative.Serving"] },
        { "AlbertNative.Annotations", ["AlbertNative", "AlbertNative.Model", "AlbertNative.Tokenization"] },
        { "AlbertNative.Spark", ["AlbertNative.Annotations"] },
        { "AlbertNative.Cli", ["AlbertNative", "AlbertNative.Annotations", "AlbertNative.Hub", "AlbertNative.Spark", "AlbertNative.Training"] },
    };

    [Theory]
    [MemberData(nameof(Arrows))]
    public void A_project_references_only_what_it_may_know(string project, string[] allowed)
    {
        foreach (string reference in ReferencesOf(project))
            Assert.Contains(reference, allowed);
    }

    [Fact]
    public void Every_source_project_has_its_arrows()
    {
        IEnumerable<string> projects = Directory.EnumerateFiles(
            Path.Combine(SharedFolder.Repository, "src"), "*.csproj", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            .Select(file => Path.GetFileNameWithoutExtension(file));
        Assert.Equal(Arrows.Select(row => row.Data.Item1).Order(), projects.Order());
    }

    /// <summary>What an assembly really uses, which may come by way of a project in between.</summary>
    public static TheoryData<string, string[]> AssemblyArrows => new()
    {
        { "AlbertNative.Tensors", [] },
        { "AlbertNative.Tokenization", [] },
        { "AlbertNative.Checkpoints", [] },
        { "AlbertNative.Hub", [] },
        { "AlbertNative.Model", ["Checkpoints", "Hub", "Tensors"] },
        { "AlbertNative", ["Checkpoints", "Hub", "Model", "Tensors", "Tokenization"] },
        { "AlbertNative.Extensions.AI", ["AlbertNative", "Hub", "Model"] },
        { "AlbertNative.Serving", ["AlbertNative", "Model", "Tensors"] },
        { "AlbertNative.Training", ["AlbertNative", "Checkpoints", "Model", "Tensors", "Tokenization"] },
        { "albert-serve", ["AlbertNative", "Hub", "Model", "Serving", "Tensors", "Tokenization"] },
        { "AlbertNative.Annotations", ["AlbertNative", "Checkpoints", "Model", "Tensors", "Tokenization"] },
        { "AlbertNative.Spark", ["AlbertNative", "Annotations", "Model", "Tokenization"] },
        { "albert", ["AlbertNative", "Annotations", "Checkpoints", "Hub", "Model", "Spark", "Tensors", "Tokenization", "Training"] },
    };

    [Theory]
    [MemberData(nameof(AssemblyArrows))]
    public void An_assembly_uses_only_what_it_may_know(string assembly, string[] allowed)
    {
        string[] names = [.. allowed.Select(name => name == "AlbertNative" ? name : "AlbertNative." + name)];
        IEnumerable<string> used = Assembly.Load(assembly).GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(name => name.StartsWith("AlbertNative", StringComparison.Ordinal));
        Assert.All(used, name => Assert.Contains(name, names));
    }

    private static IEnumerable<string> ReferencesOf(string project)
    {
        string file = Path.Combine(SharedFolder.Repository, "src", project, project + ".csproj");
        return XDocument.Load(file).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
    }
}
