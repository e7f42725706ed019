using AlbertNative.Server.Configuration;
using AlbertNative.Server.Dialects.Tei;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.OpenInference;

/// <summary>The texts of a request, or its pairs of texts.</summary>
/// <param name="First">The texts.</param>
/// <param name="Second">Those that stand beside them; null where there are none.</param>
internal sealed record InferTexts(string[] First, string[]? Second)
{
    /// <summary>The input's own name.</summary>
    public const string Text = "text";

    /// <summary>The name of the input beside it.</summary>
    public const string Pair = "text_pair";

    /// <summary>MLServer's name for the texts, whose clients want its form of answers.</summary>
    public const string MlServer = "args";

    private const string Question = "question", Context = "context";

    private static readonly string[] FirstNames = [Text, MlServer, "text_input", "input-0", Question];
    private static readonly string[] SecondNames = [Pair, Context];

    /// <summary>Whether a request's inputs are named as a question and its context.</summary>
    public static bool AreQuestions(InferRequest request) => request.Input(Question) is not null && request.Input(Context) is not null;

    /// <summary>Reads the inputs.</summary>
    /// <exception cref="RequestException">One is unknown, missing, of another type or shape, or empty, or there are too many.</exception>
    public static InferTexts Of(InferRequest request, ServerOptions options)
    {
        for (int i = 0; i < request.Inputs.Count; i++)
        {
            string name = request.Inputs[i].Name;
            if (!FirstNames.Contains(name) && !SecondNames.Contains(name))
                throw new RequestException(ErrorKind.Invalid, $"`inputs[{i}].name` must be one of {string.Join(", ", FirstNames.Concat(SecondNames))}, input_ids", $"inputs[{i}].name");
            if (request.Inputs.Take(i).Any(other => FirstNames.Contains(other.Name) == FirstNames.Contains(name)))
                throw new RequestException(ErrorKind.Invalid, $"`inputs[{i}]` is given under another name before", $"inputs[{i}].name");
        }
        InferTensor? first = request.Input(FirstNames), second = request.Input(SecondNames);
        if (first is null)
            throw new RequestException(ErrorKind.Invalid, $"the input `{Text}` is missing", "inputs");
        string[] texts = Strings(first, options);
        string[]? pairs = second is null ? null : Strings(second, options);
        return pairs is null || pairs.Length == texts.Length
            ? new(texts, pairs)
            : throw new RequestException(ErrorKind.Invalid, $"`{first.Name}` has {texts.Length} texts, `{second!.Name}` has {pairs.Length}", second!.Name);
    }

    /// <summary>The texts, where the task takes no pairs.</summary>
    /// <exception cref="RequestException">There are pairs.</exception>
    public string[] Single(string task) => Second is null
        ? First
        : throw new RequestException(ErrorKind.Invalid, $"{task} takes no `{Pair}`", Pair);

    /// <summary>The pairs, where the task takes nothing else.</summary>
    /// <exception cref="RequestException">There are none.</exception>
    public (string First, string Second)[] Pairs(string task) => Second is not null
        ? [.. First.Zip(Second)]
        : throw new RequestException(ErrorKind.Invalid, $"{task} takes pairs: the input `{Pair}` is missing", Pair);

    private static string[] Strings(InferTensor tensor, ServerOptions options)
    {
        if (tensor.Elements is not string[] texts)
            throw new RequestException(ErrorKind.Invalid, $"`{tensor.Name}` must be of the datatype BYTES", tensor.Name);
        if (tensor.Shape is not ([_] or [_, 1]))
            throw new RequestException(ErrorKind.Invalid, $"`{tensor.Name}` must have the shape [N] or [N,1]", tensor.Name);
        if (texts.Length == 0)
            throw TeiInput.Empty(tensor.Name);
        TeiLimits.RequireCount(texts.Length, options);
        for (int i = 0; i < texts.Length; i++)
        {
            if (TeiLimits.Text(texts[i], $"{tensor.Name}[{i}]", options).Length == 0)
                throw TeiInput.Empty($"{tensor.Name}[{i}]");
        }
        return texts;
    }
}
