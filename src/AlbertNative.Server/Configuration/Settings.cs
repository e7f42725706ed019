using System.Collections.Immutable;
using System.Globalization;
using AlbertNative.Model;
using static AlbertNative.Server.Configuration.SettingText;

namespace AlbertNative.Server.Configuration;

/// <summary>All settings.</summary>
internal static class Settings
{
    /// <summary>What the environment's variables begin with.</summary>
    public const string VariablePrefix = "ALBERT_";

    // The scheduler takes no more.
    private const int MostThreads = 1024, MostStepTokens = 1 << 20;

    /// <summary>The routes that <c>--public</c> can open.</summary>
    public static readonly ImmutableArray<string> PublicRoutes = ["metrics", "info", "docs", "ui"];

    /// <summary>What may happen to texts that are too long, by the names that settings and requests have for it.</summary>
    public static readonly Dictionary<string, Overlong> LongTextNames = new()
    {
        ["refuse"] = Overlong.Refuse,
        ["truncate"] = Overlong.Truncate,
        ["window"] = Overlong.Window(),
    };

    private static readonly Dictionary<string, WeightAccess> LoadModes = new()
    {
        ["copy"] = WeightAccess.Copied,
        ["map"] = WeightAccess.Mapped,
    };

    private static readonly Dictionary<string, RootTask> RootTasks = new()
    {
        ["model"] = RootTask.Model,
        ["sentence-similarity"] = RootTask.SentenceSimilarity,
    };

    private static readonly Dictionary<string, RootDialect> RootDialects = new()
    {
        ["tei"] = RootDialect.Tei,
        ["hf"] = RootDialect.HuggingFace,
    };

    private static readonly Dictionary<string, LogFormat> LogFormats = new()
    {
        ["json"] = LogFormat.Json,
        ["text"] = LogFormat.Text,
    };

    private static readonly Dictionary<string, LogLevel> LogLevels =
        Enum.GetValues<LogLevel>().ToDictionary(level => level.ToString().ToLowerInvariant(), StringComparer.OrdinalIgnoreCase);

    /// <summary>In the order of the help.</summary>
    public static ImmutableArray<Setting> All { get; } =
    [
        new("model", "NAME=PATH", "A model and the name to serve it under, with ,pooling= ,prompt= ,precision= ,sha256= behind it; may be repeated",
            (o, v) => o with { Models = o.Models.Add(ModelSpec.Parse(v)) },
            o => string.Join(' ', o.Models.Select(model => $"{model.Name}={model.Path}"))) { IsRepeated = true },
        new("model-repository", "FOLDER", "A folder whose subfolders and .safetensors files are served under their names, too [default: none]",
            (o, v) => o with { ModelRepository = v }, o => o.ModelRepository ?? ""),
        new("alias", "NAME=MODEL", "Another name for a model; may be repeated",
            (o, v) => o with { Aliases = o.Aliases.AddRange([Alias(v, o.Aliases)]) },
            o => string.Join(' ', o.Aliases.OrderBy(alias => alias.Key, StringComparer.Ordinal).Select(alias => $"{alias.Key}={alias.Value}"))) { IsRepeated = true },
        new("default-prompt", "TEXT", "A text before each text whose request names no prompt, of models of dense vectors whose own settings have none [default: none]",
            (o, v) => o with { DefaultPrompt = v }, o => o.DefaultPrompt ?? ""),
        new("default-model", "NAME", "The model of requests that name none [default: the first]",
            (o, v) => o with { DefaultModel = v }, o => o.DefaultModel ?? ""),
        new("watch", null, "Load a model anew when its files change, or the link that leads to them",
            (o, v) => o with { Watch = Switch(v) }, o => Bool(o.Watch)),
        new("max-memory", "SIZE", "The most memory of all models' weights; a model that does not fit is refused [default: 4/5 of what there is]",
            (o, v) => o with { MaxMemory = Size(v) }, o => Number(o.MaxMemory)),
        new("http", "ADDRESS", "Where to listen; a port alone is every address of the machine [default: 127.0.0.1:8080]",
            (o, v) => o with { Http = EndPoint(v) }, o => o.Http.ToString()),
        new("grpc", "ADDRESS", "Where to speak gRPC [default: nowhere]",
            (o, v) => o with { Grpc = EndPoint(v) }, o => o.Grpc?.ToString() ?? ""),
        new("uds", "PATH", "A Unix domain socket to listen at, too [default: none]",
            (o, v) => o with { UnixSocket = v }, o => o.UnixSocket ?? ""),
        new("tls-cert", "FILE", "The certificate in PEM, with those that it was signed by: then all ports speak TLS, and the HTTP port gRPC, too [default: no TLS]",
            (o, v) => o with { TlsCertificate = v }, o => o.TlsCertificate ?? ""),
        new("tls-key", "FILE", "Its key in PEM [default: in the same file]",
            (o, v) => o with { TlsKey = v }, o => o.TlsKey ?? ""),
        new("grpc-reflection", null, "Let gRPC's clients ask what there is [default: where it listens on loopback alone]",
            (o, v) => o with { GrpcReflection = Switch(v) }, o => Bool(o.HasReflection)),
        new("trusted-proxies", "NETWORKS", "Proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8 [default: none]",
            (o, v) => o with { TrustedProxies = [.. List(v).Select(Network)] }, o => string.Join(',', o.TrustedProxies)),
        new("http2-streams", "N", "The most requests of one connection of HTTP/2 at a time [default: 256]",
            (o, v) => o with { Http2Streams = Count(v) }, o => Number(o.Http2Streams)),
        new("threads", "N", "Threads of a step through a model [default: all, or for many short texts a step on each]",
            (o, v) => o with { Threads = Count(v, most: MostThreads) }, o => o.Threads is int threads ? Number(threads) : "auto"),
        new("step-tokens", "N", "Tokens of a pass that is put together for several requests [default: 256]",
            (o, v) => o with { StepTokens = Count(v, most: MostStepTokens) }, o => Number(o.StepTokens)),
        new("express-tokens", "N", "The most tokens of a text that goes before longer ones [default: 64]",
            (o, v) => o with { ExpressTokens = Count(v, least: 0, most: MostStepTokens) }, o => Number(o.ExpressTokens)),
        new("express-share", "SHARE", "The share of the time that such texts get where longer ones wait as well [default: 0.8]",
            (o, v) => o with { ExpressShare = Share(v) is > 0 and < 1 and double share ? share : throw new FormatException($"\"{v}\" leaves one of both no time") },
            o => o.ExpressShare.ToString(CultureInfo.InvariantCulture)),
        new("max-queue-seconds", "TIME", "The most work that may wait; what comes then is refused [default: 10s]",
            (o, v) => o with { MaxQueue = Period(v) }, o => Time(o.MaxQueue)),
        new("max-queued-bytes", "SIZE", "The most bytes of what waits [default: 256MiB]",
            (o, v) => o with { MaxQueuedBytes = Size(v) }, o => Number(o.MaxQueuedBytes)),
        new("load-mode", "copy|map", "Whether weights are read into memory, or mapped: a mapped file must not be overwritten [default: copy]",
            (o, v) => o with { Weights = Choice(v, LoadModes) }, o => NameOf(LoadModes, o.Weights)),
        new("max-client-batch-size", "N", "The most texts of a request [default: 2048]",
            (o, v) => o with { MaxClientBatchSize = Count(v) }, o => Number(o.MaxClientBatchSize)),
        new("max-request-tokens", "N", "The most tokens of a request [default: 65536]",
            (o, v) => o with { MaxRequestTokens = Count(v) }, o => Number(o.MaxRequestTokens)),
        new("payload-limit", "SIZE", "The most bytes of a body [default: 8MiB]",
            (o, v) => o with { PayloadLimit = Size(v) }, o => Number(o.PayloadLimit)),
        new("max-text-bytes", "SIZE", "The most bytes of a text [default: 1MiB]",
            (o, v) => o with { MaxTextBytes = Size(v) }, o => Number(o.MaxTextBytes)),
        new("json-depth", "N", "How deep a body may be nested [default: 16]",
            (o, v) => o with { JsonDepth = Count(v, least: 8) }, o => Number(o.JsonDepth)),
        new("max-response-bytes", "SIZE", "The most bytes of an answer, estimated before any work [default: 64MiB]",
            (o, v) => o with { MaxResponseBytes = Size(v) }, o => Number(o.MaxResponseBytes)),
        new("max-buffered-bytes", "SIZE", "The most bytes of bodies that are being read, of all connections [default: 256MiB]",
            (o, v) => o with { MaxBufferedBytes = Size(v) }, o => Number(o.MaxBufferedBytes)),
        new("max-connections", "N", "The most open connections [default: 4096]",
            (o, v) => o with { MaxConnections = Count(v) }, o => Number(o.MaxConnections)),
        new("header-timeout", "TIME", "How long a request's headers may take [default: 10s]",
            (o, v) => o with { HeaderTimeout = Duration(v) }, o => Time(o.HeaderTimeout)),
        new("keep-alive", "TIME", "How long a connection may be idle [default: 75s]",
            (o, v) => o with { KeepAlive = Duration(v) }, o => Time(o.KeepAlive)),
        new("body-rate", "BYTES", "Bytes a second that a body must come with after 5 s; 0 for any rate [default: 240]",
            (o, v) => o with { BodyRate = Count(v, least: 0) }, o => Number(o.BodyRate)),
        new("write-rate", "BYTES", "Bytes a second that an answer must be read with after 5 s; 0 for any rate [default: 240]",
            (o, v) => o with { WriteRate = Count(v, least: 0) }, o => Number(o.WriteRate)),
        new("request-timeout", "TIME", "How long a request may take [default: 60s]",
            (o, v) => o with { RequestTimeout = Period(v) }, o => Time(o.RequestTimeout)),
        new("not-ready-delay", "TIME", "How long requests wait for a model that is being loaded [default: 1s]",
            (o, v) => o with { NotReadyDelay = Duration(v) }, o => Time(o.NotReadyDelay)),
        new("drain-delay", "TIME", "How long the server still accepts requests after SIGTERM, saying that it is not ready [default: 5s]",
            (o, v) => o with { DrainDelay = Duration(v) }, o => Time(o.DrainDelay)),
        new("drain-timeout", "TIME", "How long requests in flight may then take [default: 60s]",
            (o, v) => o with { DrainTimeout = Duration(v) }, o => Time(o.DrainTimeout)),
        new("overlong", "refuse|truncate|window", "What happens to texts that are too long [default: refuse]",
            (o, v) => o with { Overlong = Choice(v, LongTextNames) }, o => NameOf(LongTextNames, o.Overlong)),
        new("auto-truncate", null, "As --overlong truncate, under TEI's name",
            (o, v) => o with { Overlong = Switch(v) ? Overlong.Truncate : Overlong.Refuse }, o => Bool(o.Overlong == Overlong.Truncate)),
        new("api-keys", "FILE", "The keys that clients need, and what each may do [default: no keys]",
            (o, v) => o with { ApiKeys = v }, o => o.ApiKeys ?? ""),
        new("api-key", "KEY", "The only key that clients need; in the environment alone, as other programs see command lines",
            (o, v) => o with { ApiKey = v }, o => o.ApiKey is null ? "" : "***") { IsSecret = true },
        new("quota-redis", "HOST:PORT", "A Redis server that keeps the clients' quotas for all replicas [default: each keeps its own]",
            (o, v) => o with { QuotaRedis = Server(v) }, o => o.QuotaRedis ?? ""),
        new("quota-redis-password", "PASSWORD", "The password of that server; in the environment alone, as other programs see command lines",
            (o, v) => o with { QuotaRedisPassword = v }, o => o.QuotaRedisPassword is null ? "" : "***") { IsSecret = true },
        new("quota-replicas", "N", "The replicas that share the quotas while that server has never answered [default: 1]",
            (o, v) => o with { QuotaReplicas = Count(v) }, o => Number(o.QuotaReplicas)),
        new("cache", "SIZE", "Memory for results, to answer the same texts again without computing them [default: none]",
            (o, v) => o with { Cache = Size(v) }, o => o.Cache is long bytes ? Number(bytes) : ""),
        new("cache-shared", null, "Answer clients with results that were kept for others, too",
            (o, v) => o with { CacheShared = Switch(v) }, o => Bool(o.CacheShared)),
        new("public", "ROUTES", "Of metrics,info,docs,ui those that need no key where there are keys [default: none]",
            (o, v) => o with { Public = PublicOf(v) }, o => string.Join(',', o.Public.Order())),
        new("cors-origins", "ORIGINS", "Web pages' origins whose scripts may ask, or * [default: none]",
            (o, v) => o with { CorsOrigins = [.. List(v)] }, o => string.Join(',', o.CorsOrigins)),
        new("no-ui", null, "No page at /ui",
            (o, v) => o with { HasPage = !Switch(v) }, o => Bool(!o.HasPage)),
        new("no-openapi", null, "No OpenAPI document at /openapi.json",
            (o, v) => o with { HasApiDocument = !Switch(v) }, o => Bool(!o.HasApiDocument)),
        new("openai-token-inputs", null, "Take token ids as input of /v1/embeddings: only where all clients use the model's own tokenizer",
            (o, v) => o with { OpenAITokenInputs = Switch(v) }, o => Bool(o.OpenAITokenInputs)),
        new("openai-any-model", null, "Answer requests to /v1/embeddings for models that are not served with the default one",
            (o, v) => o with { OpenAIAnyModel = Switch(v) }, o => Bool(o.OpenAIAnyModel)),
        new("tei-softmax", null, "Softmax for multi-label models in /predict, as text-embeddings-inference has it",
            (o, v) => o with { TeiSoftmax = Switch(v) }, o => Bool(o.TeiSoftmax)),
        new("tei-metrics", null, "Export figures under text-embeddings-inference's names (te_request_count), too",
            (o, v) => o with { HasTeiMetrics = Switch(v) }, o => Bool(o.HasTeiMetrics)),
        new("root-task", "model|sentence-similarity", "What POST / and /invocations do [default: what the model is for]",
            (o, v) => o with { RootTask = Choice(v, RootTasks) }, o => NameOf(RootTasks, o.RootTask)),
        new("root-dialect", "tei|hf", "Whose requests POST / takes: the two want one text's answer in other shapes [default: tei]",
            (o, v) => o with { RootDialect = Choice(v, RootDialects) }, o => NameOf(RootDialects, o.RootDialect)),
        new("predict-route", "PATH", "Another path of /vertex; Vertex AI says it in AIP_PREDICT_ROUTE [default: none]",
            (o, v) => o with { PredictRoute = Route(v) }, o => o.PredictRoute ?? ""),
        new("health-route", "PATH", "Another path of /health; Vertex AI says it in AIP_HEALTH_ROUTE [default: none]",
            (o, v) => o with { HealthRoute = Route(v) }, o => o.HealthRoute ?? ""),
        new("tei-env", null, "Read text-embeddings-inference's environment variables, too, for what nothing else chooses",
            (o, v) => o with { TeiEnvironment = Switch(v) }, o => Bool(o.TeiEnvironment)),
        new("log-level", "LEVEL", "trace, debug, information, warning, error, critical or none [default: information]",
            (o, v) => o with { LogLevel = Choice(v, LogLevels) }, o => o.LogLevel.ToString().ToLowerInvariant()),
        new("log-format", "json|text", "How the log is written [default: json]",
            (o, v) => o with { LogFormat = Choice(v, LogFormats) }, o => NameOf(LogFormats, o.LogFormat)),
        new("otlp-endpoint", "URL", "A collector of OpenTelemetry's for metrics and traces [default: none]",
            (o, v) => o with { OtlpEndpoint = Address(v) }, o => o.OtlpEndpoint?.ToString() ?? ""),
        new("trace-ratio", "SHARE", "The share of requests that are traced where their client does not say [default: 0.01]",
            (o, v) => o with { TraceRatio = Share(v) }, o => o.TraceRatio.ToString(CultureInfo.InvariantCulture)),
    ];

    /// <summary>The setting of a name; null where there is none.</summary>
    public static Setting? Find(string name) => All.FirstOrDefault(setting => setting.Name == name);

    private static ImmutableHashSet<string> PublicOf(string text)
    {
        string[] names = List(text);
        return names.FirstOrDefault(name => !PublicRoutes.Contains(name)) is string unknown
            ? throw new FormatException($"\"{unknown}\" is none of {string.Join(", ", PublicRoutes)}")
            : [.. names];
    }

    private static string Server(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0
            && !text.AsSpan(0, colon).ContainsAny(',', '=', ' ')
            ? text
            : throw new FormatException($"\"{text}\" is no server such as redis:6379");
    }

    private static KeyValuePair<string, string> Alias(string text, ImmutableDictionary<string, string> others)
    {
        string[] pair = text.Split('=', 2);
        if (pair is not [{ Length: > 0 } name, { Length: > 0 } model] || name.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
            throw new FormatException($"\"{text}\": an alias is given as NAME=MODEL");
        return others.ContainsKey(name) ? throw new FormatException($"two aliases are called {name}") : new(name, model);
    }

    private static string NameOf<T>(Dictionary<string, T> names, T value) =>
        names.FirstOrDefault(entry => EqualityComparer<T>.Default.Equals(entry.Value, value)).Key ?? value!.ToString()!;

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Time(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds}s");

    private static string Bool(bool value) => value ? "true" : "false";
}
