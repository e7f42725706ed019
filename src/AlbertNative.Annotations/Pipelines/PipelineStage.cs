using System.Security.Cryptography;

namespace AlbertNative.Annotations;

/// <summary>
/// A step of a pipeline: columns in, columns out. Its settings have the names of Spark NLP's and are fixed once it is made. Any
/// number of threads may share one.
/// </summary>
public abstract class PipelineStage
{
    private static readonly Parameter ModeParameter = Parameter.Text("mode", AnnotationModes.NameOf(AnnotationMode.SparkNlp));

    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);
    private string _uid;

    private protected PipelineStage() =>
        _uid = $"{StageName}_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}";

    /// <summary>What tells this stage from others of its class; made up where it is not given.</summary>
    public string Uid
    {
        get => _uid;
        init => _uid = value;
    }

    /// <summary>Whose numbers and whose faults it follows.</summary>
    public AnnotationMode Mode
    {
        get => AnnotationModes.Parse(Get<string>(ModeParameter)!);
        init => Set(ModeParameter, AnnotationModes.NameOf(value));
    }

    /// <summary>The name of Spark NLP's class, without its package.</summary>
    public string StageName => GetType().Name;

    /// <summary>Whether Spark NLP's own faults are wanted.</summary>
    private protected bool IsExact => Mode == AnnotationMode.SparkNlpExact;

    /// <summary>All of its settings.</summary>
    internal IEnumerable<Parameter> Parameters => [ModeParameter, .. OwnParameters];

    /// <summary>What has been set, by name.</summary>
    internal IReadOnlyDictionary<string, object> Values => _values;

    /// <summary>The settings of its class.</summary>
    private protected abstract IEnumerable<Parameter> OwnParameters { get; }

    /// <summary>The columns that it gives for those of its input.</summary>
    /// <exception cref="ArgumentException">A column that it needs is missing or of another kind; names it.</exception>
    public abstract FrameSchema TransformSchema(FrameSchema schema);

    /// <summary>Transforms a frame: its rows are lazy.</summary>
    /// <exception cref="ArgumentException">A column that it needs is missing or of another kind; names it.</exception>
    public AnnotationFrame Transform(AnnotationFrame frame, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return new(TransformSchema(frame.Schema), TransformRows(frame, new StageCall(IsLight: false, cancellationToken)));
    }

    internal abstract IEnumerable<AnnotationRow> TransformRows(AnnotationFrame frame, StageCall call);

    /// <summary>The columns that it gives in a <see cref="LightPipeline"/>.</summary>
    internal virtual FrameSchema TransformLightSchema(FrameSchema schema) => TransformSchema(schema);

    /// <summary>What it does in a <see cref="LightPipeline"/>.</summary>
    internal virtual IEnumerable<AnnotationRow> TransformLightRows(AnnotationFrame frame, StageCall call) => TransformRows(frame, call);

    /// <summary>Sets a value that a file has.</summary>
    internal void Load(string uid, IEnumerable<KeyValuePair<string, object>> values)
    {
        _uid = uid;
        foreach ((string name, object value) in values)
            _values[name] = value;
    }

    /// <summary>Refuses settings that make no sense, before anything is computed.</summary>
    /// <exception cref="ArgumentException">A setting is outside what it may be; names it.</exception>
    internal virtual void Validate() => _ = Mode;

    /// <exception cref="ArgumentException">There is no such column.</exception>
    private protected void RequireColumn(FrameSchema schema, string column)
    {
        if (schema.Find(column) is null)
            throw new ArgumentException($"{StageName} '{Uid}': there is no column '{column}'");
    }

    /// <exception cref="ArgumentException">The numbers of columns differ, or there is none.</exception>
    private protected void RequireAsMany(IReadOnlyList<string> inputs, IReadOnlyList<string> outputs)
    {
        if (inputs.Count == 0 || inputs.Count != outputs.Count)
        {
            throw new ArgumentException(
                $"{StageName} '{Uid}' has {inputs.Count} input and {outputs.Count} output columns, it needs as many of both");
        }
    }

    private protected T? Get<T>(Parameter parameter) =>
        _values.TryGetValue(parameter.Name, out object? value) ? (T)value : (T?)parameter.Default;

    private protected bool IsSet(Parameter parameter) => _values.ContainsKey(parameter.Name);

    private protected void Set(Parameter parameter, object? value)
    {
        if (value is null)
            _values.Remove(parameter.Name);
        else
            _values[parameter.Name] = value;
    }
}
