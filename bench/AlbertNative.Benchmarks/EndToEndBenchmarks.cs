using BenchmarkDotNet.Attributes;

namespace AlbertNative.Benchmarks;

/// <summary>Text in, results out, with the shipped model on one thread.</summary>
[MemoryDiagnoser]
public class EndToEndBenchmarks : IDisposable
{
    private readonly TaskOptions _options = new() { Overlong = Overlong.Truncate };
    private readonly TextModelOptions _opening = new() { Threads = 1 };
    private TextEmbedder _embedder = null!;
    private MaskFiller _filler = null!;
    private string[] _lines = [];

    [GlobalSetup]
    public void Setup()
    {
        _embedder = TextEmbedder.Load(Repository.Model, options: _options, modelOptions: _opening);
        _filler = MaskFiller.Load(Repository.Model, _options, _opening);
        _lines = [.. Repository.Lines("en").Take(64)];
    }

    [Benchmark]
    public float[] EmbedOneText() => _embedder.Embed(_lines[0]);

    [Benchmark]
    public int Embed64Texts() => _embedder.Embed(_lines).Count();

    [Benchmark]
    public object FillOneMask() => _filler.Fill("The capital of France is [MASK].");

    [GlobalCleanup]
    public void Dispose()
    {
        _embedder.Dispose();
        _filler.Dispose();
        GC.SuppressFinalize(this);
    }
}
