using AlbertNative.Model;
using AlbertNative.Tokenization;
using BenchmarkDotNet.Attributes;

namespace AlbertNative.Benchmarks;

/// <summary>A thousand lines of text to ids in the caller's buffer, one thread, with BERT's uncased vocabulary.</summary>
[MemoryDiagnoser]
public class WordPieceBenchmarks
{
    private const int MaxLength = 512;

    private readonly int[] _ids = new int[1 << 20];
    private readonly long[] _peerIds = new long[MaxLength];
    private readonly long[] _peerMask = new long[MaxLength];
    private readonly long[] _peerTypes = new long[MaxLength];
    private Tokenizer _tokenizer = null!;
    private FastBertTokenizer.BertTokenizer _peer = null!;
    private string[] _lines = [];

    [Params("en", "fa")]
    public string Language { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        using ModelFiles files = ModelFiles.Open(Repository.MiniLM);
        _tokenizer = files.LoadTokenizer();
        using StreamReader vocabulary = new(new MemoryStream(files.Read(ModelFiles.WordPieceVocabulary)!));
        _peer = BertPeer.Tokenizer(vocabulary);
        _lines = [.. Repository.Lines(Language).Take(1000)];
    }

    [Benchmark(Baseline = true)]
    public int Ours()
    {
        int tokens = 0;
        foreach (string line in _lines)
            tokens += _tokenizer.Encode(line, _ids);
        return tokens;
    }

    [Benchmark]
    public int FastBertTokenizer()
    {
        int tokens = 0;
        foreach (string line in _lines)
            tokens += _peer.Encode(line, _peerIds, _peerMask, _peerTypes);
        return tokens;
    }
}
