using AlbertNative.Server.Models;

namespace AlbertNative.Server.Dialects.OpenInference;

/// <summary>What a tensor of a model is like; -1 stands for what a request decides.</summary>
internal readonly record struct TensorMetadata(string Name, string Datatype, long[] Shape);

/// <summary>What the protocol tells of the server and of its models.</summary>
internal static class InferMetadata
{
    public const string ServerName = "albert";

    public static readonly string[] Extensions = ["binary_tensor_data", "model_repository", "schedule_policy", "parameters", "statistics"];

    /// <summary>What computes a model.</summary>
    public static string PlatformOf(ServedModel model) => $"albertnative_{model.Model.Config.Family.ToString().ToLowerInvariant()}";

    /// <summary>The inputs that a model takes: texts, or token ids instead.</summary>
    public static IEnumerable<TensorMetadata> InputsOf(ServedModel model)
    {
        yield return new(InferTexts.Text, InferDatatype.Bytes, [-1]);
        if (InferHeads.Of(model).Any(head => head is InferHead.Labels or InferHead.Answers or InferHead.Order))
            yield return new(InferTexts.Pair, InferDatatype.Bytes, [-1]);
        foreach (string name in InferSequences.InputNames)
            yield return new(name, InferDatatype.Int64, [-1, -1]);
    }

    /// <summary>The outputs that it has, of all its heads, each once; a request gets those of the head that it asks.</summary>
    public static IEnumerable<TensorMetadata> OutputsOf(ServedModel model) => InferHeads.Of(model)
        .SelectMany(head => InferHeads.OutputsOf(head, model)).Concat(InferSequences.OutputsOf(model))
        .DistinctBy(output => output.Name).Select(output => new TensorMetadata(output.Name, output.Datatype, output.Shape));
}
