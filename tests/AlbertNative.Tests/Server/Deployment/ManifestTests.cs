using AlbertNative.Server.Configuration;
using AlbertNative.Server.Hosting;
using Microsoft.Extensions.DependencyInjection;
using YamlDotNet.RepresentationModel;

namespace AlbertNative.Tests.Server.Deployment;

/// <summary>The manifests say of the server what is so: its ports, its paths, its settings, and how long it takes to end.</summary>
public sealed class ManifestTests
{
    private static readonly ServerContainer[] Containers = [ServerContainer.OfDeployment(), ServerContainer.OfRuntime()];

    public static TheoryData<string> ContainerFiles => [.. Containers.Select(container => container.File)];

    [Fact]
    public void Every_manifest_is_yaml_that_says_what_it_is()
    {
        string[] files = [.. DeployFolder.Files(".yaml").Where(file => !file.StartsWith("prometheus/", StringComparison.Ordinal) && !file.EndsWith("prometheus-adapter.yaml", StringComparison.Ordinal))];
        Assert.True(files.Length >= 8, string.Join(", ", files));
        Assert.All(files, file => Assert.True(DeployFolder.Yaml(file).Text("apiVersion").Length > 0 && DeployFolder.Yaml(file).Text("kind").Length > 0, file));
    }

    [Theory]
    [MemberData(nameof(ContainerFiles))]
    public void A_containers_ports_are_those_that_the_server_listens_on(string file)
    {
        ServerContainer container = Of(file);
        int?[] listening = [container.Options.Http.Port, container.Options.Grpc?.Port];

        Assert.Equal(System.Net.IPAddress.Any, container.Options.Http.Address);
        Assert.All(container.Node.Items("ports"), port => Assert.Contains(port.Number("containerPort"), listening));
        foreach (string probe in (string[])["startupProbe", "readinessProbe", "livenessProbe"])
        {
            string port = container.Node.At(probe).Text(container.Node.Find($"{probe}.httpGet") is null ? "tcpSocket.port" : "httpGet.port");
            Assert.Equal(container.Options.Http.Port, container.PortOf(port));
        }
    }

    [Theory]
    [MemberData(nameof(ContainerFiles))]
    public async Task A_containers_probes_ask_what_a_ready_server_answers(string file)
    {
        ServerContainer container = Of(file);
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("api-key", "one"));
        foreach (string probe in (string[])["startupProbe", "readinessProbe", "livenessProbe"])
        {
            if (container.Node.Find($"{probe}.httpGet.path") is YamlScalarNode path)
                Assert.True((await server.GetAsync(path.Value!)).Status == 200, $"{probe}: {path}");
        }
        server.App.Services.GetRequiredService<ServerState>().BeginDrain();
        Assert.Equal(503, (await server.GetAsync(container.Node.Text("readinessProbe.httpGet.path"))).Status);
        if (container.Node.Find("livenessProbe.httpGet.path") is YamlScalarNode live)
            Assert.Equal(200, (await server.GetAsync(live.Value!)).Status);
    }

    [Theory]
    [MemberData(nameof(ContainerFiles))]
    public void A_server_is_off_the_lists_before_it_stops_accepting(string file)
    {
        ServerContainer container = Of(file);
        YamlNode readiness = container.Node.At("readinessProbe");

        int noticed = readiness.Number("periodSeconds") * readiness.Number("failureThreshold");

        Assert.True(noticed < container.Options.DrainDelay.TotalSeconds, $"unready after {noticed} s, but it accepts only for {container.Options.DrainDelay}");
    }

    [Fact]
    public void The_cluster_waits_longer_than_a_server_takes_to_end()
    {
        AssertWaits(Containers[0].Pod.Number("terminationGracePeriodSeconds"), Containers[0].Options);
        AssertWaits(DeployFolder.Yaml("kserve/inference-service.yaml").Number("spec.predictor.terminationGracePeriodSeconds"), Containers[1].Options);

        static void AssertWaits(int seconds, ServerOptions options)
        {
            TimeSpan end = options.DrainDelay + options.DrainTimeout + AlbertServer.StopMargin;
            Assert.True(seconds >= end.TotalSeconds, $"{seconds} s, but the server may take {end}");
        }
    }

    [Theory]
    [MemberData(nameof(ContainerFiles))]
    public void A_container_may_do_nothing_that_it_need_not(string file)
    {
        ServerContainer container = Of(file);
        string user = ContainerRecipe.Last.The("USER");

        Assert.Equal("true", container.Node.Text("securityContext.readOnlyRootFilesystem"));
        Assert.Equal("false", container.Node.Text("securityContext.allowPrivilegeEscalation"));
        Assert.Equal("ALL", ((YamlScalarNode)Assert.Single(container.Node.Items("securityContext.capabilities.drop"))).Value);
        YamlNode identity = container.Pod.Find("securityContext") ?? container.Node.At("securityContext");
        Assert.Equal(("true", user), (identity.Text("runAsNonRoot"), identity.Text("runAsUser")));
        // .NET takes a part of a processor for a whole one, and spins on it until the cluster stops it.
        Assert.All(new[] { "requests", "limits" }, kind => Assert.Matches("^[0-9]+$", container.Node.Text($"resources.{kind}.cpu")));
    }

    [Fact]
    public void Everything_that_names_the_deployment_finds_it()
    {
        YamlMappingNode deployment = DeployFolder.Yaml("kubernetes/deployment.yaml");
        string name = deployment.Text("metadata.name");
        Dictionary<string, string> labels = deployment.Texts("spec.template.metadata.labels");

        Assert.Equal(labels, deployment.Texts("spec.selector.matchLabels"));
        Assert.Equal(labels, DeployFolder.Yaml("kubernetes/service.yaml").Texts("spec.selector"));
        Assert.Equal(labels, DeployFolder.Yaml("kubernetes/disruption-budget.yaml").Texts("spec.selector.matchLabels"));
        Assert.Equal(name, DeployFolder.Yaml("kubernetes/autoscaler.yaml").Text("spec.scaleTargetRef.name"));
        Assert.Equal(name, DeployFolder.Yaml("kubernetes/keda.yaml").Text("spec.scaleTargetRef.name"));
        Assert.All(
            DeployFolder.Yaml("kubernetes/service.yaml").Items("spec.ports"),
            port => Assert.Contains(Containers[0].Node.Items("ports"), own => own.Text("name") == port.Text("targetPort")));
        Assert.Equal(
            DeployFolder.Yaml("kserve/serving-runtime.yaml").Text("metadata.name"), DeployFolder.Yaml("kserve/inference-service.yaml").Text("spec.predictor.model.runtime"));
    }

    [Fact]
    public void What_scrapes_the_server_is_sent_to_its_port_and_let_in()
    {
        Dictionary<string, string> deployment = DeployFolder.Yaml("kubernetes/deployment.yaml").Texts("spec.template.metadata.annotations");
        Dictionary<string, string> runtime = DeployFolder.Yaml("kserve/serving-runtime.yaml").Texts("spec.annotations");

        Assert.Equal(("8080", "/metrics"), (deployment["prometheus.io/port"], deployment["prometheus.io/path"]));
        Assert.Equal(("8080", "/metrics"), (runtime["prometheus.kserve.io/port"], runtime["prometheus.kserve.io/path"]));
        Assert.All(Containers, container => Assert.Equal(8080, container.Options.Http.Port));
        Assert.Contains("metrics", Containers[0].Options.Public);
    }

    [Fact]
    public void What_is_kustomized_exists_and_is_of_this_version()
    {
        YamlMappingNode kustomization = DeployFolder.Yaml("kubernetes/kustomization.yaml");

        Assert.All(kustomization.Items("resources"), file => DeployFolder.Yaml("kubernetes/" + ((YamlScalarNode)file).Value));
        YamlNode image = Assert.Single(kustomization.Items("images"));
        Assert.Equal((Containers[0].Node.Text("image"), ServerVersion.Text), (image.Text("name"), image.Text("newTag")));
        Assert.Equal($"{image.Text("name")}:{ServerVersion.Text}", Containers[1].Node.Text("image"));
    }

    private static ServerContainer Of(string file) => Containers.Single(container => container.File == file);
}
