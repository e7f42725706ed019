using AlbertNative.Server.Configuration;
using YamlDotNet.RepresentationModel;

namespace AlbertNative.Tests.Server.Deployment;

/// <summary>A manifest's container of the server, and the settings that it runs with: the image's, then the manifest's own.</summary>
internal sealed class ServerContainer
{
    private ServerContainer(string file, YamlNode pod, YamlNode node)
    {
        File = file;
        Pod = pod;
        Node = node;
        Options = Read();
    }

    public string File { get; }

    /// <summary>What the container is one of.</summary>
    public YamlNode Pod { get; }

    public YamlNode Node { get; }

    /// <summary>What the server makes of it.</summary>
    public ServerOptions Options { get; }

    public static ServerContainer OfDeployment()
    {
        YamlNode pod = DeployFolder.Yaml("kubernetes/deployment.yaml").At("spec.template.spec");
        return new ServerContainer("kubernetes/deployment.yaml", pod, Assert.Single(pod.Items("containers")));
    }

    public static ServerContainer OfRuntime()
    {
        YamlNode spec = DeployFolder.Yaml("kserve/serving-runtime.yaml").At("spec");
        return new ServerContainer("kserve/serving-runtime.yaml", spec, Assert.Single(spec.Items("containers")));
    }

    /// <summary>A container's port by its name, or by its number.</summary>
    public int PortOf(string nameOrNumber) => Node.Items("ports").FirstOrDefault(port => port.Text("name") == nameOrNumber) is YamlNode named
        ? named.Number("containerPort")
        : int.Parse(nameOrNumber, System.Globalization.CultureInfo.InvariantCulture);

    private ServerOptions Read()
    {
        OptionsReader reader = new();
        IEnumerable<KeyValuePair<string, string>> own = (Node.Find("env") as YamlSequenceNode)?.Children
            .Select(variable => KeyValuePair.Create(variable.Text("name"), (variable.Find("value") as YamlScalarNode)?.Value ?? "from a secret")) ?? [];
        reader.ReadEnvironment(ContainerRecipe.Last.Variables.Concat(own));
        foreach (string argument in Node.Items("args").Select(argument => ((YamlScalarNode)argument).Value!))
        {
            Assert.StartsWith("--", argument, StringComparison.Ordinal);
            string[] pair = argument[2..].Split('=', 2);
            Setting setting = Settings.Find(pair[0]) ?? throw new InvalidOperationException($"{File}: there is no {argument}");
            // KServe puts the service's name where its template says so.
            reader.SetFromCommandLine(setting, [pair.Length > 1 ? pair[1].Replace("{{.Name}}", "sentences", StringComparison.Ordinal) : ""]);
        }
        return reader.Build();
    }
}
