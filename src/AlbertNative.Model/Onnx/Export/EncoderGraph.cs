using AlbertNative.Checkpoints;

namespace AlbertNative.Model.Onnx.Export;

/// <summary>The encoder as ONNX nodes: the steps of <see cref="Encoder"/>, over rectangular batches with a mask.</summary>
internal sealed class EncoderGraph(GraphBuilder graph, ModelConfig config, Family family, bool hasProjection)
{
    /// <summary>Adds the encoder and returns the last hidden state, [batch, sequence, hidden].</summary>
    /// <param name="ids">Word ids, [batch, sequence], as are the other two.</param>
    /// <param name="mask">1 for tokens, 0 for padding.</param>
    /// <param name="types">Token types.</param>
    public string Add(string ids, string mask, string types)
    {
        string x = AddEmbeddings(ids, types);
        string bias = AddMask(mask);
        for (int step = 0; step < config.StepCount; step++)
        {
            string prefix = family.LayerPrefix(config.GroupOf(step / config.InnerGroupCount), step % config.InnerGroupCount);
            x = AddLayer($"layer.{step}", prefix + ".", x, bias);
        }
        return x;
    }

    private string AddEmbeddings(string ids, string types)
    {
        const string Scope = "embeddings";
        string sum = graph.Add(Scope, "Add",
            [graph.Add(Scope, "Gather", [graph.Weight(family.WordEmbeddings), ids]), graph.Add(Scope, "Gather", [graph.Weight(family.TokenTypeEmbeddings), types])]);
        // Positions are column indices, whatever the mask: 0, 1, ... as many as there are columns.
        string length = graph.Add(Scope, "Gather", [graph.Add(Scope, "Shape", [ids]), graph.Integer(1)]);
        string positions = graph.Add(Scope, "Range", [graph.Integer(0), length, graph.Integer(1)]);
        sum = graph.Add(Scope, "Add", [sum, graph.Add(Scope, "Gather", [graph.Weight(family.PositionEmbeddings), positions])]);
        string x = graph.LayerNorm(Scope, sum, family.EmbeddingNorm, config.LayerNormEpsilon);
        return hasProjection ? graph.Linear("projection", x, family.EmbeddingProjection!) : x;
    }

    // What is added to the scores of masked columns makes their softmax 0: [batch, 1, 1, sequence].
    private string AddMask(string mask)
    {
        const string Scope = "mask";
        string numbers = graph.Add(Scope, "Unsqueeze",
            [graph.Add(Scope, "Cast", [mask], new OnnxAttribute("to") { Integer = 1 }), graph.Integers(1, 2)]);
        return graph.Add(Scope, "Mul", [graph.Add(Scope, "Sub", [graph.Scalar(1), numbers]), graph.Scalar(float.MinValue)]);
    }

    private string AddLayer(string scope, string prefix, string x, string mask)
    {
        LayerModules layer = family.Layer;
        string context = AddAttention(scope + "/attention", prefix, x, mask);
        string attended = graph.LayerNorm(scope + "/attention/norm",
            graph.Add(scope, "Add", [graph.Linear(scope + "/attention/output", context, prefix + layer.AttentionOutput), x]),
            prefix + layer.AttentionNorm, config.LayerNormEpsilon);
        string middle = graph.Activate(scope + "/ffn", graph.Linear(scope + "/ffn", attended, prefix + layer.Ffn), config.Activation);
        string output = graph.Linear(scope + "/ffn/output", middle, prefix + layer.FfnOutput);
        return graph.LayerNorm(scope + "/norm", graph.Add(scope, "Add", [output, attended]), prefix + layer.FullLayerNorm, config.LayerNormEpsilon);
    }

    // softmax(q k' / sqrt(head size) + mask) v, with heads as the second dimension.
    private string AddAttention(string scope, string prefix, string x, string mask)
    {
        LayerModules layer = family.Layer;
        string heads = graph.Integers(0, 0, config.HeadCount, config.HeadSize);
        string query = Split(scope + "/query", layer.Query, [0, 2, 1, 3]);
        string key = Split(scope + "/key", layer.Key, [0, 2, 3, 1]);
        string value = Split(scope + "/value", layer.Value, [0, 2, 1, 3]);
        string scores = graph.Add(scope, "Div", [graph.Add(scope, "MatMul", [query, key]), graph.Scalar(MathF.Sqrt(config.HeadSize))]);
        string weights = graph.Add(scope, "Softmax", [graph.Add(scope, "Add", [scores, mask])], new OnnxAttribute("axis") { Integer = -1 });
        string context = graph.Add(scope, "Transpose", [graph.Add(scope, "MatMul", [weights, value])], Order([0, 2, 1, 3]));
        return graph.Add(scope, "Reshape", [context, graph.Integers(0, 0, config.HiddenSize)]);

        string Split(string part, string module, long[] order) => graph.Add(part, "Transpose",
            [graph.Add(part, "Reshape", [graph.Linear(part, x, prefix + module), heads])], Order(order));

        static OnnxAttribute Order(long[] order) => new("perm") { Integers = [.. order] };
    }
}
