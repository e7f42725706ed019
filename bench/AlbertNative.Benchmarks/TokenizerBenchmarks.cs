using AlbertNative.Tokenization;
using BenchmarkDotNet.Attributes;

namespace AlbertNative.Benchmarks;

/// <summary>A thousand lines of text to ids in the caller's buffer, one thread, with the shipped model's vocabulary.</summary>
[MemoryDiagnoser]
public class TokenizerBenchmarks
{
    private readonly int[] _ids = new int[1 << 20];
    private Tokenizer _tokenizer = null!;
    private string[] _lines = [];

    [Params("en", "fa")]
    public string Language { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _tokenizer = ModelTokenizer.Load(Repository.Model);
        _lines = [.. Repository.Lines(Language).Take(1000)];
    }

    [Benchmark]
    public int IdsIntoBuffer()
    {
        int tokens = 0;
        foreach (string line in _lines)
            tokens += _tokenizer.Encode(line, _ids);
        return tokens;
    }

    [Benchmark]
    public int EncodingsWithSpans()
    {
        int tokens = 0;
        foreach (string line in _lines)
            tokens += _tokenizer.Encode(line).Count;
        return tokens;
    }
}
