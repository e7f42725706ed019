using System.Text.Json;

namespace AlbertNative.Tests.Server.Deployment;

/// <summary>The instructions of the Containerfile, by stages.</summary>
internal sealed class ContainerRecipe
{
    private readonly List<(string Name, string Value)> _instructions = [];

    private ContainerRecipe()
    {
    }

    /// <summary>What the last stage, which is what runs, is made of.</summary>
    public static ContainerRecipe Last { get; } = Read().Last();

    /// <summary>The stages in order.</summary>
    public static IReadOnlyList<ContainerRecipe> Read()
    {
        List<ContainerRecipe> stages = [];
        string text = DeployFolder.Read("Containerfile").Replace("\\\n", " ", StringComparison.Ordinal);
        foreach (string line in text.Split('\n').Where(line => line.Length > 0 && !line.StartsWith('#')))
        {
            string[] words = line.Split(' ', 2, StringSplitOptions.TrimEntries);
            if (words[0] == "FROM")
                stages.Add(new());
            stages[^1]._instructions.Add((words[0], words[1]));
        }
        return stages;
    }

    /// <summary>What stands behind each instruction of a name.</summary>
    public IReadOnlyList<string> All(string name) => [.. _instructions.Where(instruction => instruction.Name == name).Select(instruction => instruction.Value)];

    /// <summary>What stands behind the only instruction of a name.</summary>
    public string The(string name) => Assert.Single(All(name));

    /// <summary>The variables that the program gets.</summary>
    public Dictionary<string, string> Variables => All("ENV").SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>The words of a command in JSON's form, which needs no shell.</summary>
    public static string[] Words(string command) => JsonSerializer.Deserialize<string[]>(command[command.IndexOf('[', StringComparison.Ordinal)..])!;
}
