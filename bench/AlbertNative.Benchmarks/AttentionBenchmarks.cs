using System.Numerics.Tensors;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;
using BenchmarkDotNet.Attributes;

namespace AlbertNative.Benchmarks;

/// <summary>Attention of a base layer, 12 heads of 64, one sequence and one thread.</summary>
[MemoryDiagnoser]
public class AttentionBenchmarks : IDisposable
{
    private const int Heads = 12, HeadSize = 64, Hidden = Heads * HeadSize;

    private readonly ThreadTeam _team = new(1);
    private Matrix _qkv;
    private Matrix _output;
    private float[] _scores = [];
    private StepProgram _program = null!;

    [Params(8, 32, 128, 384, 512)]
    public int Tokens { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _qkv = Matrices.Random(Tokens, 3 * Hidden, 1);
        _output = Matrices.Empty(Tokens, Hidden);
        _scores = new float[Tokens];
        AttentionSpan[] spans = [new(0, Tokens, 0, Tokens)];
        _program = new StepProgram(thread => TensorOps.Attention(thread, _qkv, _qkv, spans, Heads, _output));
    }

    [Benchmark]
    public void Tiled() => _team.Run(_program);

    /// <summary>The formula by the primitives of System.Numerics.Tensors.</summary>
    [Benchmark(Baseline = true)]
    public void TensorPrimitivesOnly()
    {
        float scale = 1 / MathF.Sqrt(HeadSize);
        for (int head = 0; head < Heads; head++)
        {
            int query = head * HeadSize, key = Hidden + query, value = Hidden + key;
            for (int row = 0; row < Tokens; row++)
            {
                for (int k = 0; k < Tokens; k++)
                    _scores[k] = TensorPrimitives.Dot(_qkv[row].Slice(query, HeadSize), _qkv[k].Slice(key, HeadSize)) * scale;
                TensorPrimitives.SoftMax(_scores, _scores);
                Span<float> output = _output[row].Slice(query, HeadSize);
                output.Clear();
                for (int k = 0; k < Tokens; k++)
                    TensorPrimitives.MultiplyAdd(_qkv[k].Slice(value, HeadSize), _scores[k], output, output);
            }
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _team.Dispose();
        GC.SuppressFinalize(this);
    }
}
