namespace AlbertNative.Annotations;

/// <summary>A class of stages.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Package">The package that Spark NLP has it in.</param>
/// <param name="Create">Makes one with its defaults, over the model that it is given where it needs one.</param>
/// <param name="NeedsModel">Whether it needs a model.</param>
internal sealed record StageKind(string Name, string Package, Func<AnnotationModel?, PipelineStage> Create, bool NeedsModel = false)
{
    /// <summary>The name of Spark NLP's class.</summary>
    public string ClassName => $"{Package}.{Name}";
}
