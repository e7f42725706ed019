using AlbertNative.Testing;
using YamlDotNet.RepresentationModel;

namespace AlbertNative.Tests.Server.Deployment;

/// <summary>What lies in the server's folder for whoever runs it in a cluster.</summary>
internal static class DeployFolder
{
    public static string Path { get; } = System.IO.Path.Combine(SharedFolder.Repository, "src", "AlbertNative.Server", "deploy");

    /// <summary>The paths of all files with an ending, relative to the folder.</summary>
    public static IEnumerable<string> Files(string ending) => Directory.EnumerateFiles(Path, "*" + ending, SearchOption.AllDirectories)
        .Select(file => System.IO.Path.GetRelativePath(Path, file).Replace('\\', '/')).Order(StringComparer.Ordinal);

    public static string Read(string file) => File.ReadAllText(System.IO.Path.Combine(Path, file));

    /// <summary>The only document of a YAML file.</summary>
    public static YamlMappingNode Yaml(string file)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(Read(file)));
        return (YamlMappingNode)Assert.Single(stream.Documents).RootNode;
    }

    /// <summary>The node at a path of names that dots separate; an error where there is none.</summary>
    public static YamlNode At(this YamlNode node, string path) => node.Find(path) ?? throw new InvalidOperationException($"there is no {path} in {node}");

    /// <summary>The node at a path of names that dots separate; null where there is none.</summary>
    public static YamlNode? Find(this YamlNode node, string path)
    {
        YamlNode? at = node;
        foreach (string name in path.Split('.'))
            at = at is YamlMappingNode mapping && mapping.Children.TryGetValue(name, out YamlNode? next) ? next : null;
        return at;
    }

    public static string Text(this YamlNode node, string path) => ((YamlScalarNode)node.At(path)).Value!;

    public static int Number(this YamlNode node, string path) => int.Parse(node.Text(path), System.Globalization.CultureInfo.InvariantCulture);

    public static IEnumerable<YamlNode> Items(this YamlNode node, string path) => ((YamlSequenceNode)node.At(path)).Children;

    public static Dictionary<string, string> Texts(this YamlNode node, string path) => ((YamlMappingNode)node.At(path)).Children
        .ToDictionary(entry => ((YamlScalarNode)entry.Key).Value!, entry => ((YamlScalarNode)entry.Value).Value!);
}
