namespace AlbertNative.Annotations;

/// <summary>A file of a pipeline, or of a model that Spark NLP has saved, is malformed or holds something that is not supported.</summary>
public sealed class PipelineFormatException : FormatException
{
    /// <summary>Makes it with a message that names what was found, what was expected and where.</summary>
    public PipelineFormatException(string message)
        : base(message)
    {
    }

    /// <summary>The same, with what lies beneath.</summary>
    public PipelineFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
