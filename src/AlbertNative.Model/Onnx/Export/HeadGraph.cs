using AlbertNative.Checkpoints;

namespace AlbertNative.Model.Onnx.Export;

/// <summary>The heads of every class as ONNX nodes, with the outputs that Hugging Face's Optimum gives them.</summary>
internal sealed class HeadGraph(GraphBuilder graph, OnnxWriter writer, NamedTensors tensors)
{
    private const string Batch = "batch_size";
    private const string Sequence = "sequence_length";

    private readonly ModelConfig _config = tensors.Config;
    private readonly Family _family = tensors.Family;

    /// <summary>Adds a class's head over the last hidden state.</summary>
    /// <param name="architecture">The class.</param>
    /// <param name="states">[batch, sequence, hidden]; of multiple choice, [batch * choices, sequence, hidden].</param>
    /// <param name="ids">The word ids as they came in.</param>
    public void Add(ModelArchitecture architecture, string states, string ids)
    {
        switch (architecture)
        {
            case ModelArchitecture.Model:
                Output("last_hidden_state", states, Batch, Sequence, Size(_config.HiddenSize));
                if (tensors.Has(TensorCatalogue.Weight(_family.Pooler)))
                    Output("pooler_output", Pool(states), Batch, Size(_config.HiddenSize));
                break;
            case ModelArchitecture.PreTraining:
                Output("prediction_logits", Predict(states), Batch, Sequence, Size(_config.VocabularySize));
                Output(_family.SentencePairLogits, graph.LinearOfRows("pair", Pool(states), _family.SentencePair), Batch, Labels(_family.SentencePair));
                break;
            case ModelArchitecture.MaskedLM:
                Output("logits", Predict(states), Batch, Sequence, Size(_config.VocabularySize));
                break;
            case ModelArchitecture.NextSentencePrediction:
                Output("logits", graph.LinearOfRows("pair", Pool(states), _family.SentencePair), Batch, Labels(_family.SentencePair));
                break;
            case ModelArchitecture.SequenceClassification:
                Output("logits", graph.LinearOfRows("classifier", Pool(states), Family.Classifier), Batch, Labels(Family.Classifier));
                break;
            case ModelArchitecture.TokenClassification:
                Output("logits", graph.Linear("classifier", states, Family.Classifier), Batch, Sequence, Labels(Family.Classifier));
                break;
            case ModelArchitecture.QuestionAnswering:
                AddAnswer(states);
                break;
            case ModelArchitecture.MultipleChoice:
                AddChoice(states, ids);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(architecture), architecture, "not a class");
        }
    }

    // tanh(x W' + b) of the first token.
    private string Pool(string states)
    {
        const string Scope = "pooler";
        string first = graph.Add(Scope, "Gather", [states, graph.Integer(0)], new OnnxAttribute("axis") { Integer = 1 });
        return graph.Add(Scope, "Tanh", [graph.LinearOfRows(Scope, first, _family.Pooler)]);
    }

    private string Predict(string states)
    {
        const string Scope = "predictions";
        PredictionModules head = _family.Prediction;
        string x = graph.Activate(Scope, graph.Linear(Scope, states, head.Dense), _config.Activation);
        x = graph.LayerNorm(Scope, x, head.Norm, _config.LayerNormEpsilon);
        if (!_config.TiesWordEmbeddings)
            return graph.Linear(Scope, x, head.Decoder);
        // The word embeddings, transposed on the way, so that the file holds them once.
        string words = graph.Add(Scope, "Transpose", [graph.Weight(_family.WordEmbeddings)], new OnnxAttribute("perm") { Integers = [1, 0] });
        return graph.Add(Scope, "Add", [graph.Add(Scope, "MatMul", [x, words]), graph.Weight(TensorCatalogue.Bias(head.Decoder))]);
    }

    private void AddAnswer(string states)
    {
        const string Scope = "answer";
        string[] columns = [Scope + "/start", Scope + "/end"];
        graph.AddTo(Scope, "Split", [graph.Linear(Scope, states, Family.Answer), graph.Integers(1, 1)], columns, new OnnxAttribute("axis") { Integer = -1 });
        foreach ((string column, string name) in columns.Zip(["start_logits", "end_logits"]))
            Output(name, graph.Add(Scope, "Squeeze", [column, graph.Integers(-1)]), Batch, Sequence);
    }

    // One score for each choice, as many in a row as the ids have choices.
    private void AddChoice(string states, string ids)
    {
        const string Scope = "choice";
        string scores = graph.LinearOfRows("classifier", Pool(states), Family.Classifier);
        string choices = graph.Add(Scope, "Slice", [graph.Add(Scope, "Shape", [ids]), graph.Integers(1), graph.Integers(2)]);
        string shape = graph.Add(Scope, "Concat", [graph.Integers(-1), choices], new OnnxAttribute("axis") { Integer = 0 });
        Output("logits", graph.Add(Scope, "Reshape", [scores, shape]), Batch, "num_choices");
    }

    private void Output(string name, string value, params ReadOnlySpan<string> dimensions)
    {
        graph.AddTo("output", "Identity", [value], [name]);
        writer.AddOutput(name, TensorType.F32, dimensions);
    }

    private string Labels(string module) => Size(tensors[TensorCatalogue.Weight(module)].Shape[0]);

    private static string Size(long size) => size.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
