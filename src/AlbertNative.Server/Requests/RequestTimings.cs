using System.Diagnostics;
using System.Globalization;

namespace AlbertNative.Server.Requests;

/// <summary>What a request cost, for the headers of its answer and the log.</summary>
internal sealed class RequestTimings
{
    private const int MostTruncated = 100;

    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<int> _truncated = [];
    private int _truncatedParts;
    private TimeSpan _written;
    private long _writing;

    /// <summary>From the arrival of the headers until now.</summary>
    public TimeSpan Total => Stopwatch.GetElapsedTime(_started);

    /// <summary>From when its body was wanted until all of it was there.</summary>
    public TimeSpan Reading { get; set; }

    public TimeSpan Tokenization { get; set; }

    /// <summary>The longest that one of the texts waited.</summary>
    public TimeSpan Queue { get; set; }

    /// <summary>From the first text's first step to the last text's last.</summary>
    public TimeSpan Inference { get; set; }

    /// <summary>What the writing of its answer has taken until now.</summary>
    public TimeSpan Writing => _written + (_writing == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_writing));

    /// <summary>The texts.</summary>
    public int Texts { get; set; }

    /// <summary>Their tokens, special tokens included.</summary>
    public int Tokens { get; set; }

    /// <summary>Their code points.</summary>
    public long Characters { get; set; }

    /// <summary>How many texts were cut.</summary>
    public int Truncated => _truncated.Count + _truncatedParts;

    /// <summary>Inputs whose results were kept, and those whose were not; null without a cache.</summary>
    public (int Hits, int Misses)? Cache { get; set; }

    /// <summary>Notes that its answer, or a part of it, is being written from here on.</summary>
    public void BeginWriting() => _writing = Stopwatch.GetTimestamp();

    /// <summary>Notes that a part of its answer has been written.</summary>
    public void EndWriting() => (_written, _writing) = (Writing, 0);

    /// <summary>Notes that a text was cut.</summary>
    public void Cut(int index) => _truncated.Add(index);

    /// <summary>Adds what a part of the request cost.</summary>
    public void Add(RequestTimings part)
    {
        Tokenization += part.Tokenization;
        Queue = part.Queue > Queue ? part.Queue : Queue;
        Inference += part.Inference;
        Texts += part.Texts;
        Tokens += part.Tokens;
        Characters += part.Characters;
        _truncatedParts += part.Truncated;
    }

    /// <summary>Writes the headers of TEI's names and of browsers' tools, and which texts were cut.</summary>
    public void WriteTo(IHeaderDictionary headers)
    {
        headers["x-compute-type"] = "cpu";
        headers["x-compute-time"] = Milliseconds(Tokenization + Inference);
        headers["x-total-time"] = Milliseconds(Total);
        headers["x-tokenization-time"] = Milliseconds(Tokenization);
        headers["x-queue-time"] = Milliseconds(Queue);
        headers["x-inference-time"] = Milliseconds(Inference);
        headers["x-compute-characters"] = Characters.ToString(CultureInfo.InvariantCulture);
        headers["x-compute-tokens"] = Tokens.ToString(CultureInfo.InvariantCulture);
        headers["server-timing"] = string.Create(
            CultureInfo.InvariantCulture,
            $"tok;dur={Rounded(Tokenization)}, queue;dur={Rounded(Queue)}, compute;dur={Rounded(Inference)}");
        if (Cache is (int hits, int misses))
            headers["x-cache"] = string.Create(CultureInfo.InvariantCulture, $"hits={hits}, misses={misses}");
        if (_truncated.Count > 0)
        {
            string rest = _truncated.Count > MostTruncated ? $",+{_truncated.Count - MostTruncated}" : "";
            headers["x-truncated-inputs"] = string.Join(',', _truncated.Take(MostTruncated)) + rest;
        }
    }

    private static double Rounded(TimeSpan time) => Math.Round(time.TotalMilliseconds, 2);

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
