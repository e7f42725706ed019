using System.Collections.Immutable;
using System.Net;
using AlbertNative.Model;

namespace AlbertNative.Server.Configuration;

/// <summary>What <c>POST /</c> and <c>/invocations</c> do.</summary>
internal enum RootTask
{
    /// <summary>What the model is for.</summary>
    Model,

    /// <summary>Similarity of sentences.</summary>
    SentenceSimilarity,
}

/// <summary>Whose requests <c>POST /</c> takes: the two differ in what they want for one text.</summary>
internal enum RootDialect
{
    /// <summary>text-embeddings-inference's.</summary>
    Tei,

    /// <summary>Hugging Face's.</summary>
    HuggingFace,
}

/// <summary>How the log is written.</summary>
internal enum LogFormat
{
    Json,
    Text,
}

/// <summary>All that can be chosen about a server; <see cref="Settings"/> has the names.</summary>
internal sealed record ServerOptions
{
    public ImmutableArray<ModelSpec> Models { get; init; } = [];

    /// <summary>The folder whose models are served, too; null for none.</summary>
    public string? ModelRepository { get; init; }

    public string? DefaultModel { get; init; }

    /// <summary>The text before those whose request names no prompt, where the model's own settings name none; null for what its files say.</summary>
    public string? DefaultPrompt { get; init; }

    /// <summary>Other names, and the models that they stand for.</summary>
    public ImmutableDictionary<string, string> Aliases { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Whether models are loaded anew when their files change.</summary>
    public bool Watch { get; init; }

    /// <summary>The most bytes of all models' weights.</summary>
    public long MaxMemory { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 5 * 4;

    public IPEndPoint Http { get; init; } = new(IPAddress.Loopback, 8080);

    /// <summary>Where gRPC is spoken; null for nowhere.</summary>
    public IPEndPoint? Grpc { get; init; }

    /// <summary>Whether gRPC is spoken anywhere: on a port of its own, or beside HTTP/1.1 where TLS lets both sides agree.</summary>
    public bool HasGrpc => Grpc is not null || TlsCertificate is not null;

    /// <summary>The file of the Unix domain socket to listen at, too; null for none.</summary>
    public string? UnixSocket { get; init; }

    /// <summary>The file of the certificate and those that it was signed by, in PEM; null for no TLS.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>The file of its key; null where that stands in the same.</summary>
    public string? TlsKey { get; init; }

    /// <summary>Whether gRPC tells what it is; null for where it listens on loopback alone.</summary>
    public bool? GrpcReflection { get; init; }

    /// <summary>Whether it does.</summary>
    public bool HasReflection => GrpcReflection ?? IPAddress.IsLoopback((Grpc ?? Http).Address);

    /// <summary>Proxies whose word is taken for a client's address.</summary>
    public ImmutableArray<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>The most requests of one connection of HTTP/2.</summary>
    public int Http2Streams { get; init; } = 256;

    public int? Threads { get; init; }

    /// <summary>The tokens of a pass that is put together for several requests.</summary>
    public int StepTokens { get; init; } = 256;

    /// <summary>The most tokens of a text that goes before longer ones.</summary>
    public int ExpressTokens { get; init; } = 64;

    /// <summary>The share of the time that such texts get where longer ones wait as well.</summary>
    public double ExpressShare { get; init; } = 0.8;

    /// <summary>The most work that may wait, in seconds.</summary>
    public TimeSpan MaxQueue { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The most bytes that may wait.</summary>
    public long MaxQueuedBytes { get; init; } = 256 << 20;

    public WeightAccess Weights { get; init; } = WeightAccess.Copied;

    public int MaxClientBatchSize { get; init; } = 2048;

    public int MaxRequestTokens { get; init; } = 65_536;

    /// <summary>The most bytes of a body.</summary>
    public long PayloadLimit { get; init; } = 8 << 20;

    /// <summary>The most bytes of a text in UTF-8.</summary>
    public long MaxTextBytes { get; init; } = 1 << 20;

    public int JsonDepth { get; init; } = 16;

    /// <summary>The most bytes of an answer, estimated before any work.</summary>
    public long MaxResponseBytes { get; init; } = 64 << 20;

    /// <summary>Bodies that are being read, of all connections together.</summary>
    public long MaxBufferedBytes { get; init; } = 256 << 20;

    public int MaxConnections { get; init; } = 4096;

    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>Bytes a second below which a body, or the reading of an answer, is given up after five seconds.</summary>
    public int BodyRate { get; init; } = 240;

    public int WriteRate { get; init; } = 240;

    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan NotReadyDelay { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan DrainDelay { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What happens to texts that are too long, where a request does not say.</summary>
    public Overlong Overlong { get; init; } = Overlong.Refuse;

    /// <summary>The most bytes of results that are kept; null for none.</summary>
    public long? Cache { get; init; }

    /// <summary>Whether clients get results that were kept for others.</summary>
    public bool CacheShared { get; init; }

    /// <summary>The Redis server that keeps clients' quotas for all replicas; null where each keeps its own.</summary>
    public string? QuotaRedis { get; init; }

    /// <summary>Its password; null for none.</summary>
    public string? QuotaRedisPassword { get; init; }

    /// <summary>The replicas among which a quota is divided while the store has not answered yet.</summary>
    public int QuotaReplicas { get; init; } = 1;

    /// <summary>The file of keys; null for none.</summary>
    public string? ApiKeys { get; init; }

    /// <summary>The only key; null for none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>What needs no key where there are keys: metrics, info, docs, ui.</summary>
    public ImmutableHashSet<string> Public { get; init; } = [];

    public ImmutableArray<string> CorsOrigins { get; init; } = [];

    /// <summary>Whether there is a page at <c>/ui</c>.</summary>
    public bool HasPage { get; init; } = true;

    /// <summary>Whether there is an OpenAPI document.</summary>
    public bool HasApiDocument { get; init; } = true;

    public bool OpenAITokenInputs { get; init; }

    public bool OpenAIAnyModel { get; init; }

    /// <summary>Softmax for every classifier of several labels, as TEI has it.</summary>
    public bool TeiSoftmax { get; init; }

    /// <summary>Whether figures have text-embeddings-inference's names, too.</summary>
    public bool HasTeiMetrics { get; init; }

    public RootTask RootTask { get; init; }

    /// <summary>Whose requests <c>POST /</c> takes.</summary>
    public RootDialect RootDialect { get; init; }

    /// <summary>Another path of <c>/vertex</c>; null for none.</summary>
    public string? PredictRoute { get; init; }

    /// <summary>Another path of <c>/health</c>; null for none.</summary>
    public string? HealthRoute { get; init; }

    /// <summary>Whether text-embeddings-inference's environment variables were read.</summary>
    public bool TeiEnvironment { get; init; }

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    public LogFormat LogFormat { get; init; }

    /// <summary>Where a collector takes metrics and traces; null for nowhere.</summary>
    public Uri? OtlpEndpoint { get; init; }

    /// <summary>The share of requests that are traced where their client does not say.</summary>
    public double TraceRatio { get; init; } = 0.01;
}
