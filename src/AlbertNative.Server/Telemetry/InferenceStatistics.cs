using System.Runtime.CompilerServices;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Telemetry;

/// <summary>What each version of a model has done since it was loaded, as Triton's statistics tell it.</summary>
internal sealed class InferenceStatistics
{
    private readonly ConditionalWeakTable<Serving.ServedModel, ModelStatistics> _models = [];

    /// <summary>The statistics of a version of a model.</summary>
    public ModelStatistics Of(ServedModel model) => _models.GetValue(model.Served, static served => new ModelStatistics(served.Name, served.Version));

    /// <summary>Counts a request that has been answered.</summary>
    /// <param name="request">The request; one that came to no model counts nowhere.</param>
    /// <param name="isAnswered">Whether it got what it asked for.</param>
    /// <param name="now">The time.</param>
    public void Answered(ServerRequest request, bool isAnswered, DateTimeOffset now)
    {
        // What only asked about a model is no inference.
        if (request.Model is ServedModel model && (request.Timings.Texts > 0 || !isAnswered))
            Of(model).Add(request.Timings, isAnswered, now);
    }
}

/// <summary>How often something happened, and how long it took together.</summary>
internal readonly record struct StatisticDuration(long Count, TimeSpan Total)
{
    /// <summary>The time in nanoseconds.</summary>
    public ulong Nanoseconds => (ulong)Math.Max(0, Total.Ticks) * TimeSpan.NanosecondsPerTick;

    /// <summary>One more of it.</summary>
    public StatisticDuration With(TimeSpan time) => new(Count + 1, Total + time);
}

/// <summary>The statistics of one version of a model.</summary>
/// <param name="Last">When it was asked last; null for never.</param>
/// <param name="Texts">The texts of the requests that were answered.</param>
/// <param name="Success">Requests that were answered.</param>
/// <param name="Fail">Requests that were not.</param>
/// <param name="Queue">The waiting of those that were.</param>
/// <param name="Input">Their tokenizing.</param>
/// <param name="Infer">Their computing.</param>
/// <param name="Output">What else they took.</param>
internal sealed record StatisticsSnapshot(
    DateTimeOffset? Last, long Texts, StatisticDuration Success, StatisticDuration Fail, StatisticDuration Queue, StatisticDuration Input,
    StatisticDuration Infer, StatisticDuration Output);
