using AlbertNative.Model;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.OpenInference;

/// <summary>What a request wants of a model.</summary>
internal enum InferHead
{
    Vectors,
    Tokens,
    Labels,
    Masks,
    Entities,
    Answers,
    Order,
}

/// <summary>Which head a request asks, and what each head answers.</summary>
internal static class InferHeads
{
    /// <summary>The names that <c>parameters.task</c> may have: Hugging Face's, and the command's own verbs.</summary>
    public static readonly Dictionary<string, InferHead> Names = new()
    {
        ["feature-extraction"] = InferHead.Vectors,
        ["embed"] = InferHead.Vectors,
        ["embed-tokens"] = InferHead.Tokens,
        ["text-classification"] = InferHead.Labels,
        ["classify"] = InferHead.Labels,
        ["fill-mask"] = InferHead.Masks,
        ["token-classification"] = InferHead.Entities,
        ["tag"] = InferHead.Entities,
        ["question-answering"] = InferHead.Answers,
        ["answer"] = InferHead.Answers,
        ["sentence-order"] = InferHead.Order,
        ["order"] = InferHead.Order,
    };

    /// <summary>The outputs that only one head has, by which a request names it without a parameter.</summary>
    private static readonly Dictionary<string, InferHead> Telling = new()
    {
        ["embedding"] = InferHead.Vectors,
        ["token_embeddings"] = InferHead.Tokens,
        ["label"] = InferHead.Labels,
        ["token_str"] = InferHead.Masks,
        ["token_ids"] = InferHead.Masks,
        ["entity_group"] = InferHead.Entities,
        ["answer"] = InferHead.Answers,
    };

    /// <summary>The heads of a model.</summary>
    public static IEnumerable<InferHead> Of(ServedModel model)
    {
        HashSet<string> tasks = [.. model.Tasks.Select(task => task.Name)];
        foreach (InferHead head in Enum.GetValues<InferHead>())
        {
            // Tokens' vectors are asked of the task of texts' vectors, and named by the command alone.
            bool isVector = head is InferHead.Vectors or InferHead.Tokens;
            string task = isVector ? TextEmbedder.Description.Name : Names.First(name => name.Value == head).Key;
            if (tasks.Contains(task) && (!isVector || (model.Kind == ModelKind.Embedding && (head == InferHead.Vectors || !model.IsSplade))))
                yield return head;
        }
    }

    /// <summary>
    /// The head that a request asks: the parameter says it, else an output that only one has, else a question beside a context,
    /// else what the model is for, where a model of masked words is for vectors, since a text need not have a mask.
    /// </summary>
    /// <exception cref="RequestException">The parameter is no task.</exception>
    public static InferHead AskedOf(ServedModel model, InferRequest request)
    {
        if (request.Parameters.Choice("task", Names) is InferHead asked)
            return asked;
        foreach (WantedOutput output in request.Outputs)
        {
            if (Telling.TryGetValue(output.Name, out InferHead telling))
                return telling;
        }
        if (InferTexts.AreQuestions(request))
            return InferHead.Answers;
        return model.Model.Config.DefaultArchitecture switch
        {
            ModelArchitecture.SequenceClassification => InferHead.Labels,
            ModelArchitecture.TokenClassification => InferHead.Entities,
            ModelArchitecture.QuestionAnswering => InferHead.Answers,
            ModelArchitecture.NextSentencePrediction => InferHead.Order,
            _ => InferHead.Vectors,
        };
    }

    /// <summary>The outputs of a head as metadata describe them; -1 stands for what a request decides.</summary>
    public static IEnumerable<(string Name, string Datatype, long[] Shape)> OutputsOf(InferHead head, ServedModel model)
    {
        long hidden = model.Model.Config.HiddenSize;
        return head switch
        {
            InferHead.Vectors =>
                [("embedding", InferDatatype.Fp32, [-1, model.IsSplade ? model.Model.Config.VocabularySize : model.Embedder(Overlong.Refuse).Dimension])],
            InferHead.Tokens =>
            [
                ("token_embeddings", InferDatatype.Fp32, [-1, hidden]), ("sequence_starts", InferDatatype.Int32, [-1]),
                ("input_ids", InferDatatype.Int32, [-1]),
            ],
            InferHead.Labels => [("scores", InferDatatype.Fp32, [-1, model.Model.Config.LabelCount]), ("label", InferDatatype.Bytes, [-1])],
            InferHead.Masks =>
            [
                ("token_ids", InferDatatype.Int32, [-1, -1]), ("scores", InferDatatype.Fp32, [-1, -1]),
                ("token_str", InferDatatype.Bytes, [-1, -1]), ("text_index", InferDatatype.Int32, [-1]),
            ],
            InferHead.Entities =>
            [
                ("entity_group", InferDatatype.Bytes, [-1]), ("word", InferDatatype.Bytes, [-1]), ("score", InferDatatype.Fp32, [-1]),
                ("start", InferDatatype.Int32, [-1]), ("end", InferDatatype.Int32, [-1]), ("text_index", InferDatatype.Int32, [-1]),
            ],
            InferHead.Answers =>
            [
                ("answer", InferDatatype.Bytes, [-1]), ("score", InferDatatype.Fp32, [-1]), ("start", InferDatatype.Int32, [-1]),
                ("end", InferDatatype.Int32, [-1]), ("text_index", InferDatatype.Int32, [-1]),
            ],
            _ => [("scores", InferDatatype.Fp32, [-1, 2])],
        };
    }

    /// <summary>Refuses outputs that the head has not.</summary>
    /// <exception cref="RequestException">One is asked for.</exception>
    public static void RequireOutputs(InferRequest request, IEnumerable<string> known)
    {
        string[] names = [.. known];
        for (int i = 0; i < request.Outputs.Count; i++)
        {
            if (!names.Contains(request.Outputs[i].Name))
                throw new RequestException(ErrorKind.Invalid, $"`outputs[{i}].name` must be one of {string.Join(", ", names)}", $"outputs[{i}].name");
        }
    }
}
