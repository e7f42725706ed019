using AlbertNative.Cli;
using Microsoft.ML.OnnxRuntime;

namespace AlbertNative.Benchmarks;

/// <summary>ONNX Runtime on the synthetic albert-base-v2, what a .NET user would pick instead.</summary>
internal sealed class OnnxRuntimePeer : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly List<OrtValue> _inputs = [];

    /// <summary>Opens the model below the reference folder.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public OnnxRuntimePeer(bool int8, int threads)
    {
        string file = Path.Combine(
            Repository.Shared, "peers", "onnxruntime", int8 ? "albert-base-synthetic-int8.onnx" : "albert-base-synthetic.onnx");
        if (!File.Exists(file))
            throw new FileNotFoundException($"{file} is what ONNX Runtime is measured on; ALBERTNATIVE_SHARED may name its folder", file);
        using SessionOptions options = new()
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
        };
        _session = new InferenceSession(file, options);
    }

    /// <summary>The runtime's version.</summary>
    public static string Version => OrtEnv.Instance().GetVersionString();

    /// <summary>Prepares a batch of the same ids as <see cref="SyntheticModels.Batch"/>.</summary>
    public void Shape(BenchShape shape)
    {
        long[] dimensions = [shape.Texts, shape.Longest];
        long count = dimensions[0] * dimensions[1];
        Release();
        foreach (Func<long, long> value in (Func<long, long>[])[i => 5 + (i * 7919 % 29990), _ => 1, _ => 0])
        {
            long[] values = new long[count];
            for (long i = 0; i < count; i++)
                values[i] = value(i);
            _inputs.Add(OrtValue.CreateTensorValueFromMemory(values, dimensions));
        }
    }

    /// <summary>One forward pass; returns the first number of the last hidden state.</summary>
    public float Run()
    {
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(
            _options, ["input_ids", "attention_mask", "token_type_ids"], _inputs, _session.OutputNames);
        return outputs[0].GetTensorDataAsSpan<float>()[0];
    }

    public void Dispose()
    {
        Release();
        _options.Dispose();
        _session.Dispose();
    }

    private void Release()
    {
        foreach (OrtValue input in _inputs)
            input.Dispose();
        _inputs.Clear();
    }
}
