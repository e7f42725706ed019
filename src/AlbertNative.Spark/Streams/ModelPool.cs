using System.Collections.Concurrent;
using AlbertNative.Annotations;

namespace AlbertNative.Spark;

/// <summary>Models by their names, each opened once and shared by all streams.</summary>
/// <param name="open">Opens one.</param>
/// <param name="hash">Its hash (<see cref="AnnotationModel.HashOf"/>).</param>
internal sealed class ModelPool(Func<string, AnnotationModel> open, Func<string, string> hash) : IDisposable
{
    private readonly Dictionary<string, AnnotationModel> _models = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _hashes = new(StringComparer.Ordinal);

    /// <summary>The hashes that somebody has asked for, by the models' names. Waits for no model.</summary>
    public IReadOnlyDictionary<string, string> Hashes => _hashes;

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

    /// <summary>The hash of a model that is open.</summary>
    public string HashOf(string name)
    {
        lock (_models)
        {
            return _hashes.GetOrAdd(name, hash);
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
