using k8s.Models;

namespace AlbertNative.Tests.Server.Deployment;

// The fields that KServe's published schemas have (serving.kserve.io: ClusterServingRuntime v1alpha1, InferenceService v1beta1) for
// one model in a pod of its own, by their names there; what is Kubernetes' within them is of its official client. Left out, and so
// refused, is what is of ModelMesh, of workers on several machines, of other frameworks' predictors, explainers and transformers.

/// <summary>A resource of Kubernetes.</summary>
internal sealed class KServeResource<TSpec>
{
    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    public V1ObjectMeta? Metadata { get; set; }

    public TSpec? Spec { get; set; }
}

/// <summary>How a model server is run.</summary>
internal sealed class ServingRuntimeSpec
{
    public List<SupportedModelFormat>? SupportedModelFormats { get; set; }

    public bool? MultiModel { get; set; }

    public bool? Disabled { get; set; }

    public List<string>? ProtocolVersions { get; set; }

    public List<V1Container>? Containers { get; set; }

    public List<V1Volume>? Volumes { get; set; }

    public Dictionary<string, string>? NodeSelector { get; set; }

    public V1Affinity? Affinity { get; set; }

    public List<V1Toleration>? Tolerations { get; set; }

    public Dictionary<string, string>? Labels { get; set; }

    public Dictionary<string, string>? Annotations { get; set; }

    public List<V1LocalObjectReference>? ImagePullSecrets { get; set; }
}

/// <summary>A format of models that a server takes.</summary>
internal sealed class SupportedModelFormat
{
    public string? Name { get; set; }

    public string? Version { get; set; }

    public bool? AutoSelect { get; set; }

    public int? Priority { get; set; }
}

/// <summary>A model that is served.</summary>
internal sealed class InferenceServiceSpec
{
    public PredictorSpec? Predictor { get; set; }
}

/// <summary>Its servers, and what a pod has around them.</summary>
internal sealed class PredictorSpec
{
    public PredictorModel? Model { get; set; }

    public int? MinReplicas { get; set; }

    public int? MaxReplicas { get; set; }

    public int? ScaleTarget { get; set; }

    public string? ScaleMetric { get; set; }

    public long? ContainerConcurrency { get; set; }

    public long? Timeout { get; set; }

    public long? CanaryTrafficPercent { get; set; }

    public Dictionary<string, string>? Labels { get; set; }

    public Dictionary<string, string>? Annotations { get; set; }

    public V1DeploymentStrategy? DeploymentStrategy { get; set; }

    public long? TerminationGracePeriodSeconds { get; set; }

    public string? ServiceAccountName { get; set; }

    public Dictionary<string, string>? NodeSelector { get; set; }

    public V1PodSecurityContext? SecurityContext { get; set; }

    public List<V1Toleration>? Tolerations { get; set; }

    public V1Affinity? Affinity { get; set; }
}

/// <summary>The model, and what is other than the runtime says.</summary>
internal sealed class PredictorModel
{
    public ModelFormat? ModelFormat { get; set; }

    public string? Runtime { get; set; }

    public string? RuntimeVersion { get; set; }

    public string? ProtocolVersion { get; set; }

    public string? StorageUri { get; set; }

    public List<string>? Args { get; set; }

    public List<V1EnvVar>? Env { get; set; }

    public string? Image { get; set; }

    public V1ResourceRequirements? Resources { get; set; }
}

/// <summary>The format of a model.</summary>
internal sealed class ModelFormat
{
    public string? Name { get; set; }

    public string? Version { get; set; }
}
