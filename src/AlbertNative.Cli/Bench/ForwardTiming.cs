using System.Text.Json;
using AlbertNative.Tensors;

namespace AlbertNative.Cli;

/// <summary>One measured shape.</summary>
internal sealed record ForwardTiming
{
    public required BenchShape Shape { get; init; }

    public required WeightPrecision Precision { get; init; }

    public required BenchHead Head { get; init; }

    public required int Threads { get; init; }

    /// <summary>Threads that called the model at once, each for all of the runs; the times are those between two finished calls.</summary>
    public required int Callers { get; init; }

    /// <summary>How much longer the slowest caller took than the fastest one; null for a single one.</summary>
    public required double? SlowestToFastest { get; init; }

    public required int Tokens { get; init; }

    public required Timings Timings { get; init; }

    /// <summary>Operations of one pass, see <see cref="ForwardFlops"/>.</summary>
    public required double Flops { get; init; }

    /// <summary>The peak of multiply-adds in registers that this process has reached, in GFLOP/s (8 bits: Gop/s).</summary>
    public required double PeakGflops { get; init; }

    /// <summary>The sum of all numbers of the last hidden state that was computed.</summary>
    public required double Checksum { get; init; }

    /// <summary>GFLOP/s of the median run.</summary>
    public double Gflops => Flops / Timings.MedianMs / 1e6;

    /// <summary><see cref="Gflops"/> as a part of <see cref="PeakGflops"/>.</summary>
    public double PeakShare => Gflops / PeakGflops;

    /// <summary>The fields that peers write too, under the same names and in the same order, then our own.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteString("peer", Precision == WeightPrecision.Int8 ? "albertnative int8" : "albertnative fp32");
        json.WriteNumber("threads", Threads);
        json.WriteNumber("batch", Shape.Texts);
        json.WriteNumber("length", Shape.Longest);
        json.WriteNumber("min_ms", Math.Round(Timings.MinMs, 3));
        json.WriteNumber("median_ms", Math.Round(Timings.MedianMs, 3));
        json.WriteNumber("runs", Timings.Runs);
        if (Shape.IsMixed)
            json.WriteNumber("shortest", Shape.Shortest);
        if (SlowestToFastest is double slowest)
        {
            json.WriteNumber("callers", Callers);
            json.WriteNumber("slowest_to_fastest", Math.Round(slowest, 3));
        }
        json.WriteNumber("tokens", Tokens);
        json.WriteString("heads", Head.ToString().ToLowerInvariant());
        json.WriteNumber("gflops", Math.Round(Gflops, 2));
        json.WriteNumber("peak_gflops", Math.Round(PeakGflops, 2));
        json.WriteNumber("peak_share", Math.Round(PeakShare, 4));
        json.WriteNumber("checksum", Checksum);
    }
}
