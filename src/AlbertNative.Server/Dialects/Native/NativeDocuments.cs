using AlbertNative.Server.Documents;

namespace AlbertNative.Server.Dialects.Native;

/// <summary>What the OpenAPI document says of the native routes.</summary>
internal static class NativeDocuments
{
    private static readonly Dictionary<string, string> Summaries = new()
    {
        ["embed"] = "Vectors of texts",
        ["embed-tokens"] = "Vectors of texts' tokens",
        ["embed-words"] = "Vectors of words that the caller has split",
        ["fill-mask"] = "Words that masks may stand for",
        ["classify"] = "Labels of texts and of pairs",
        ["tag"] = "Entities, or other labelled stretches",
        ["answer"] = "Answers to questions, in their contexts",
        ["choose"] = "The best of several choices",
        ["order"] = "Whether two texts stand in their order",
        ["rerank"] = "Texts by how well they answer a query",
        ["tokenize"] = "Tokens of texts",
        ["decode"] = "Texts of token ids",
    };

    /// <summary>What is said of a task.</summary>
    public static RouteDocument Of(string task)
    {
        string schema = "Native" + string.Concat(task.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
        return new(Summaries[task], $"{schema}Request", $"{schema}Response") { OtherType = NativeStream.MediaType };
    }
}
