using System.Numerics.Tensors;
using FastBertTokenizer;
using Microsoft.ML.OnnxRuntime;

namespace AlbertNative.Benchmarks;

/// <summary>
/// A BERT as a .NET user would run it otherwise: FastBertTokenizer, ONNX Runtime with one thread, the mean of the tokens, scaled
/// to length 1.
/// </summary>
internal sealed class BertPeer : IDisposable
{
    /// <summary>Tokens that a text is cut off at.</summary>
    public const int MaxLength = 256;

    private readonly BertTokenizer _tokenizer;
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();

    /// <summary>Opens a graph and an uncased vocabulary.</summary>
    public BertPeer(string graph, string vocabulary)
    {
        using StreamReader pieces = new(vocabulary);
        _tokenizer = Tokenizer(pieces);
        using SessionOptions options = new()
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
        };
        _session = new InferenceSession(graph, options);
    }

    /// <summary>The peer's tokenizer with an uncased vocabulary.</summary>
    public static BertTokenizer Tokenizer(TextReader vocabulary)
    {
        BertTokenizer tokenizer = new();
        tokenizer.LoadVocabulary(vocabulary, convertInputToLowercase: true);
        return tokenizer;
    }

    /// <summary>The texts' vectors, in one pass over a batch that is padded to the longest.</summary>
    public float[][] Embed(ReadOnlySpan<string> texts)
    {
        long[][] encoded = new long[texts.Length][];
        int longest = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            // The tokenizer writes the next text's ids into the memory of these.
            encoded[i] = _tokenizer.Encode(texts[i], MaxLength).InputIds.ToArray();
            longest = Math.Max(longest, encoded[i].Length);
        }
        long[] shape = [texts.Length, longest];
        long[] ids = new long[texts.Length * longest], mask = new long[ids.Length], types = new long[ids.Length];
        for (int i = 0; i < encoded.Length; i++)
        {
            encoded[i].CopyTo(ids, i * longest);
            mask.AsSpan(i * longest, encoded[i].Length).Fill(1);
        }
        using OrtValue idsValue = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using OrtValue maskValue = OrtValue.CreateTensorValueFromMemory(mask, shape);
        using OrtValue typesValue = OrtValue.CreateTensorValueFromMemory(types, shape);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(
            _options, ["input_ids", "attention_mask", "token_type_ids"], [idsValue, maskValue, typesValue], ["last_hidden_state"]);
        ReadOnlySpan<float> states = outputs[0].GetTensorDataAsSpan<float>();
        float[][] vectors = new float[texts.Length][];
        int width = states.Length / ids.Length;
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] = Mean(states.Slice(i * longest * width, encoded[i].Length * width), width);
        return vectors;
    }

    public void Dispose()
    {
        _session.Dispose();
        _options.Dispose();
    }

    private static float[] Mean(ReadOnlySpan<float> tokens, int width)
    {
        float[] vector = new float[width];
        for (; !tokens.IsEmpty; tokens = tokens[width..])
            TensorPrimitives.Add(vector, tokens[..width], vector);
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
        return vector;
    }
}
