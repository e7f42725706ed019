using AlbertNative.Annotations;

namespace AlbertNative.Spark;

/// <summary>Models by their names, each opened once and shared by all streams.</summary>
/// <param name="open">Opens one.</param>
internal sealed class ModelPool(Func<string, AnnotationModel> open) : IDisposable
{
    private readonly Dictionary<string, AnnotationModel> _models = new(StringComparer.Ordinal);

    /// <summary>The model of a name; whoever comes while it is opened waits for it.</summary>
    public AnnotationModel Get(string name)
    {
        lock (_models)
        {
            if (!_models.TryGetValue(name, out AnnotationModel? model))
                _models.Add(name, model = open(name));
            return model;
        }
    }

    public void Dispose()
    {
        lock (_models)
        {
            foreach (AnnotationModel model in _models.Values)
                model.Dispose();
            _models.Clear();
        }
    }
}
