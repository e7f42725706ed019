using AlbertNative.Model;
using AlbertNative.Server.Dialects.Tei;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.OpenInference;

/// <summary>
/// Token ids in, the model's own tensors out: what an ONNX export of it takes and gives. Padding is left out of the computation,
/// and its rows of the outputs are 0.
/// </summary>
internal static class InferSequences
{
    /// <summary>The input that such a request has.</summary>
    public const string InputIds = "input_ids";

    private const string AttentionMask = "attention_mask", TokenTypeIds = "token_type_ids";
    private const string LastHiddenState = "last_hidden_state", PoolerOutput = "pooler_output", Logits = "logits";
    private const string StartLogits = "start_logits", EndLogits = "end_logits";

    /// <summary>The inputs as metadata describe them.</summary>
    public static readonly string[] InputNames = [InputIds, AttentionMask, TokenTypeIds];

    /// <summary>The outputs of a model as metadata describe them; -1 stands for what a request decides.</summary>
    public static IEnumerable<(string Name, string Datatype, long[] Shape)> OutputsOf(ServedModel model)
    {
        SequenceModel sequences = model.Sequences;
        yield return (LastHiddenState, InferDatatype.Fp32, [-1, -1, model.Model.Config.HiddenSize]);
        if (sequences.HasPooler)
            yield return (PoolerOutput, InferDatatype.Fp32, [-1, model.Model.Config.HiddenSize]);
        switch (sequences.LogitsOf)
        {
            case null:
                break;
            case ModelArchitecture.QuestionAnswering:
                yield return (StartLogits, InferDatatype.Fp32, [-1, -1]);
                yield return (EndLogits, InferDatatype.Fp32, [-1, -1]);
                break;
            case ModelArchitecture.SequenceClassification:
                yield return (Logits, InferDatatype.Fp32, [-1, sequences.LogitColumns]);
                break;
            default:
                yield return (Logits, InferDatatype.Fp32, [-1, -1, sequences.LogitColumns]);
                break;
        }
    }

    /// <summary>
    /// The outputs of a request. Where it names none these are all, but the scores of every word at every token, which have to
    /// be asked for.
    /// </summary>
    /// <exception cref="RequestException">The request is malformed.</exception>
    public static async Task<IReadOnlyList<InferTensor>> RunAsync(RequestWork work, InferRequest request)
    {
        SequenceModel model = work.Model.Sequences;
        string[] known = [.. OutputsOf(work.Model).Select(output => output.Name)];
        InferHeads.RequireOutputs(request, known);
        (TokenSequence[] sequences, int columns) = Sequences(request, work);
        bool wantsLogits = request.Wants(Logits, model.LogitsOf is not (null or ModelArchitecture.MaskedLM))
            || request.Wants(StartLogits, isDefault: false) || request.Wants(EndLogits, isDefault: false);
        bool wantsStates = request.Wants(LastHiddenState) || request.Wants(PoolerOutput, model.HasPooler);
        long width = (wantsStates ? model.Config.HiddenSize : 0) + (wantsLogits ? model.LogitColumns : 0);
        long bytes = width * sequences.Length * columns * TeiVectors.NumberBytes;

        Dictionary<string, InferTensor> outputs = [];
        if (wantsStates)
            AddStates(outputs, await work.RunAsync(model.StatesOperation(), sequences, InputIds, _ => bytes).ConfigureAwait(false), columns, model.Config.HiddenSize);
        if (wantsLogits)
            AddLogits(outputs, await work.RunAsync(model.LogitsOperation(), sequences, InputIds, _ => bytes).ConfigureAwait(false), columns, model);
        return [.. request.Outputs.Count > 0
            ? request.Outputs.Select(output => outputs[output.Name])
            : known.Where(outputs.ContainsKey).Select(name => outputs[name])];
    }

    private static (TokenSequence[] Sequences, int Columns) Sequences(InferRequest request, RequestWork work)
    {
        for (int i = 0; i < request.Inputs.Count; i++)
        {
            string name = request.Inputs[i].Name;
            if (!InputNames.Contains(name))
                throw new RequestException(ErrorKind.Invalid, $"`inputs[{i}].name` must be one of {string.Join(", ", InputNames)} beside {InputIds}", $"inputs[{i}].name");
            if (request.Inputs.Take(i).Any(other => other.Name == name))
                throw new RequestException(ErrorKind.Invalid, $"`{name}` is given twice", name);
        }
        InferTensor ids = request.Input(InputIds)!;
        if (ids.Shape is not [long rows, long columns])
            throw new RequestException(ErrorKind.Invalid, $"`{InputIds}` must have the shape [batch, sequence]", InputIds);
        if (rows == 0 || columns == 0)
            throw TeiInput.Empty(InputIds);
        TeiLimits.RequireCount((int)rows, work.Request.Options);
        int[] values = Numbers(ids, ids.Shape);
        int[]? mask = request.Input(AttentionMask) is InferTensor attention ? Numbers(attention, ids.Shape) : null;
        int[]? types = request.Input(TokenTypeIds) is InferTensor kinds ? Numbers(kinds, ids.Shape) : null;
        TokenSequence[] sequences = new TokenSequence[rows];
        for (int row = 0; row < rows; row++)
        {
            int start = row * (int)columns;
            int length = mask is null ? (int)columns : LengthOf(mask.AsSpan(start, (int)columns), row);
            sequences[row] = new(
                new ArraySegment<int>(values, start, length), types is null ? (IReadOnlyList<int>?)null : new ArraySegment<int>(types, start, length));
        }
        return (sequences, (int)columns);
    }

    // Positions count from a sequence's first column: what is masked in front would move them.
    private static int LengthOf(ReadOnlySpan<int> mask, int row)
    {
        int length = mask.IndexOfAnyExcept(1);
        if (length < 0)
            return mask.Length;
        if (length == 0 || mask[length..].ContainsAnyExcept(0))
        {
            throw new RequestException(
                ErrorKind.Invalid, $"`{AttentionMask}[{row}]` must be ones and then zeros: holes, and padding in front, are not supported", AttentionMask);
        }
        return length;
    }

    private static int[] Numbers(InferTensor tensor, long[] shape)
    {
        if (!tensor.Shape.AsSpan().SequenceEqual(shape))
            throw new RequestException(ErrorKind.Invalid, $"`{tensor.Name}` must have the shape of `{InputIds}`", tensor.Name);
        return tensor.Elements switch
        {
            int[] numbers => numbers,
            // What does not fit is outside of every range that is checked later.
            long[] numbers => Array.ConvertAll(numbers, number => number is >= 0 and <= int.MaxValue ? (int)number : -1),
            _ => throw new RequestException(ErrorKind.Invalid, $"`{tensor.Name}` must be of the datatype INT64 or INT32", tensor.Name),
        };
    }

    private static void AddStates(Dictionary<string, InferTensor> outputs, IReadOnlyList<SequenceStates> states, int columns, int hidden)
    {
        outputs[LastHiddenState] = Rectangle(LastHiddenState, [.. states.Select(sequence => sequence.LastHiddenState)], columns, hidden);
        if (states[0].PooledOutput is not null)
            outputs[PoolerOutput] = new(PoolerOutput, [states.Count, hidden], states.SelectMany(sequence => sequence.PooledOutput!).ToArray());
    }

    private static void AddLogits(Dictionary<string, InferTensor> outputs, IReadOnlyList<float[]> logits, int columns, SequenceModel model)
    {
        switch (model.LogitsOf)
        {
            case ModelArchitecture.SequenceClassification:
                outputs[Logits] = new(Logits, [logits.Count, model.LogitColumns], logits.SelectMany(row => row).ToArray());
                break;
            case ModelArchitecture.QuestionAnswering:
                outputs[StartLogits] = Column(StartLogits, logits, columns, QuestionAnsweringHead.Start);
                outputs[EndLogits] = Column(EndLogits, logits, columns, QuestionAnsweringHead.End);
                break;
            default:
                outputs[Logits] = Rectangle(Logits, logits, columns, model.LogitColumns);
                break;
        }
    }

    private static InferTensor Rectangle(string name, IReadOnlyList<float[]> sequences, int columns, int width)
    {
        float[] elements = new float[sequences.Count * columns * width];
        for (int row = 0; row < sequences.Count; row++)
            sequences[row].CopyTo(elements, row * columns * width);
        return new(name, [sequences.Count, columns, width], elements);
    }

    private static InferTensor Column(string name, IReadOnlyList<float[]> sequences, int columns, int column)
    {
        float[] elements = new float[sequences.Count * columns];
        for (int row = 0; row < sequences.Count; row++)
        {
            for (int token = 0; token < sequences[row].Length / 2; token++)
                elements[(row * columns) + token] = sequences[row][(2 * token) + column];
        }
        return new(name, [sequences.Count, columns], elements);
    }
}
