using AlbertNative.Extensions.AI;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds ALBERT models to an application's health checks.</summary>
public static class AlbertHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check of the models that <c>AddAlbert</c> has added: not healthy while one is warmed up
    /// (<see cref="AlbertOptions.WarmUp"/>), cannot be opened or is not where its options say. What it finds of each is in the
    /// result's data. It computes nothing.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="model">The name of one model; null for all.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="failureStatus">What the check reports of a model that cannot be used; null for unhealthy.</param>
    /// <param name="tags">Tags to choose checks by, such as <c>ready</c>.</param>
    /// <returns>The health checks.</returns>
    public static IHealthChecksBuilder AddAlbert(
        this IHealthChecksBuilder builder,
        string? model = null,
        string name = "albert",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return builder.Add(new HealthCheckRegistration(
            name,
            provider => new ModelHealthCheck(
                provider, provider.GetServices<AddedModel>(), provider.GetRequiredService<IOptionsMonitor<AlbertOptions>>(), model),
            failureStatus,
            tags));
    }
}
