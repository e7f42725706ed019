using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace AlbertNative.LoadTest;

/// <summary>A session of ONNX Runtime and its batches, which are padded to their longest text, as others run it.</summary>
internal sealed class PaddedBatch : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly string _states;

    /// <param name="file">The model.</param>
    /// <param name="threads">Threads of a run.</param>
    public PaddedBatch(string file, int threads)
    {
        using SessionOptions options = new()
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
        };
        _session = new InferenceSession(file, options);
        _states = _session.OutputNames.FirstOrDefault(name => name == "last_hidden_state", _session.OutputNames[0]);
    }

    /// <summary>The normalised mean of each text's hidden states.</summary>
    public float[][] Embed(IReadOnlyList<int[]> texts)
    {
        int longest = texts.Max(ids => ids.Length);
        long[] shape = [texts.Count, longest];
        long[] ids = new long[texts.Count * longest], mask = new long[ids.Length], types = new long[ids.Length];
        for (int text = 0; text < texts.Count; text++)
        {
            for (int i = 0; i < texts[text].Length; i++)
                (ids[(text * longest) + i], mask[(text * longest) + i]) = (texts[text][i], 1);
        }
        using OrtValue idsValue = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using OrtValue maskValue = OrtValue.CreateTensorValueFromMemory(mask, shape);
        using OrtValue typesValue = OrtValue.CreateTensorValueFromMemory(types, shape);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(
            _run, ["input_ids", "attention_mask", "token_type_ids"], [idsValue, maskValue, typesValue], [_states]);
        ReadOnlySpan<float> states = outputs[0].GetTensorDataAsSpan<float>();
        int width = states.Length / ids.Length;
        float[][] vectors = new float[texts.Count][];
        for (int text = 0; text < vectors.Length; text++)
        {
            float[] vector = vectors[text] = new float[width];
            for (int i = 0; i < texts[text].Length; i++)
                TensorPrimitives.Add(vector, states.Slice(((text * longest) + i) * width, width), vector);
            TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
        }
        return vectors;
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }
}
