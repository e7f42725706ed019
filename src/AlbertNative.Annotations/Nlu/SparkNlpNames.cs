using System.Text.RegularExpressions;

namespace AlbertNative.Annotations;

/// <summary>
/// Names of Spark NLP's catalogue and of NLU, of models that were imported from the Hugging Face hub: there the same weights are,
/// as files that are read. The catalogue's own hold TensorFlow graphs.
/// </summary>
public static partial class SparkNlpNames
{
    /// <summary>
    /// What a name means: <c>albert_embeddings_albert_base_v1</c>, or NLU's <c>en.embed.albert_base_v1</c>, and the other sizes.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="checkpoint">The checkpoint's name on the hub.</param>
    /// <param name="message">What a user should be told of it.</param>
    /// <returns>False for any other name.</returns>
    public static bool TryResolve(string name, out string checkpoint, out string message)
    {
        ArgumentNullException.ThrowIfNull(name);
        Match match = Known.Match(name);
        (checkpoint, message) = ("", "");
        if (!match.Success)
            return false;
        checkpoint = $"albert/albert-{match.Groups["size"].Value}-{match.Groups["version"].Value}";
        message = $"{name} of Spark NLP's catalogue holds a TensorFlow graph; it was imported from {checkpoint}, which is opened from the Hugging Face hub instead";
        return true;
    }

    [GeneratedRegex(@"\A(?:en\.embed\.|albert_embeddings_)albert_(?<size>base|large|xlarge|xxlarge)_(?<version>v[12])\z", RegexOptions.CultureInvariant)]
    private static partial Regex Known { get; }
}
