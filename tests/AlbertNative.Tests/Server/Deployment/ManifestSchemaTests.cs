using k8s;
using k8s.Models;
using YamlDotNet.Core;

namespace AlbertNative.Tests.Server.Deployment;

/// <summary>
/// A cluster knows every field of the manifests: they are read as its official client reads them, where an unknown one, one that
/// stands twice and one of another type are errors.
/// </summary>
public sealed class ManifestSchemaTests
{
    private static readonly Dictionary<string, Func<string, object>> Readers = new()
    {
        ["kubernetes/deployment.yaml"] = Read<V1Deployment>,
        ["kubernetes/service.yaml"] = Read<V1Service>,
        ["kubernetes/autoscaler.yaml"] = Read<V2HorizontalPodAutoscaler>,
        ["kubernetes/disruption-budget.yaml"] = Read<V1PodDisruptionBudget>,
        ["kserve/serving-runtime.yaml"] = Read<KServeResource<ServingRuntimeSpec>>,
        ["kserve/inference-service.yaml"] = Read<KServeResource<InferenceServiceSpec>>,
    };

    public static TheoryData<string> Files => [.. Readers.Keys];

    /// <summary>Fields of the manifests, spelt as nobody has them.</summary>
    public static TheoryData<string, string, string> Mistakes => new()
    {
        { "kubernetes/deployment.yaml", "failureThreshold: 150", "failureTreshold: 150" },
        { "kubernetes/deployment.yaml", "maxSkew: 1", "maxSkew: one" },
        { "kubernetes/deployment.yaml", "automountServiceAccountToken: false", "automountServiceAccountToken: perhaps" },
        { "kubernetes/service.yaml", "appProtocol: http", "appProtokol: http" },
        { "kubernetes/autoscaler.yaml", "stabilizationWindowSeconds: 0", "stabilisationWindowSeconds: 0" },
        { "kubernetes/autoscaler.yaml", "minReplicas: 2", "minReplicas: 2\n  minReplicas: 3" },
        { "kubernetes/disruption-budget.yaml", "maxUnavailable: 1", "maximumUnavailable: 1" },
        { "kserve/serving-runtime.yaml", "autoSelect: true", "autoselect: true" },
        { "kserve/serving-runtime.yaml", "priority: 2", "priority: high" },
        { "kserve/serving-runtime.yaml", "timeoutSeconds: 5", "timeoutSecond: 5" },
        { "kserve/inference-service.yaml", "storageUri:", "storageURI:" },
        { "kserve/inference-service.yaml", "minReplicas: 2", "minReplicas: two" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_manifest_has_only_fields_that_its_schema_has(string file)
    {
        object read = Readers[file](DeployFolder.Read(file));

        string kind = DeployFolder.Yaml(file).Text("kind");
        KubernetesEntityAttribute? entity = (KubernetesEntityAttribute?)Attribute.GetCustomAttribute(read.GetType(), typeof(KubernetesEntityAttribute));
        string? version = entity is null ? null : string.Join('/', new[] { entity.Group, entity.ApiVersion }.Where(part => part.Length > 0));
        Assert.True(entity is null || (entity.Kind, version) == (kind, DeployFolder.Yaml(file).Text("apiVersion")), $"{file} is read as {version} {entity?.Kind}");
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_seen(string file, string right, string wrong)
    {
        string manifest = DeployFolder.Read(file);
        Assert.Contains(right, manifest, StringComparison.Ordinal);

        Assert.ThrowsAny<YamlException>(() => Readers[file](manifest.Replace(right, wrong, StringComparison.Ordinal)));
    }

    [Fact]
    public void KServes_resources_say_what_their_schemas_demand()
    {
        KServeResource<ServingRuntimeSpec> runtime = (KServeResource<ServingRuntimeSpec>)Readers["kserve/serving-runtime.yaml"](DeployFolder.Read("kserve/serving-runtime.yaml"));
        KServeResource<InferenceServiceSpec> service = (KServeResource<InferenceServiceSpec>)Readers["kserve/inference-service.yaml"](DeployFolder.Read("kserve/inference-service.yaml"));

        Assert.Equal(("serving.kserve.io/v1alpha1", "ClusterServingRuntime"), (runtime.ApiVersion, runtime.Kind));
        Assert.Equal(("serving.kserve.io/v1beta1", "InferenceService"), (service.ApiVersion, service.Kind));
        Assert.Equal("kserve-container", Assert.Single(runtime.Spec!.Containers!).Name);
        Assert.All(runtime.Spec.SupportedModelFormats!, format => Assert.True(format.Name is not null && format.Priority is null or > 0));
        Assert.Contains(service.Spec!.Predictor!.Model!.ProtocolVersion, runtime.Spec.ProtocolVersions!);
        Assert.Contains(runtime.Spec.SupportedModelFormats!, format => format.Name == service.Spec.Predictor.Model.ModelFormat!.Name);
    }

    private static object Read<T>(string manifest) => KubernetesYaml.Deserialize<T>(manifest, strict: true)!;
}
