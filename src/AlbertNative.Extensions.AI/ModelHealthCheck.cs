using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace AlbertNative.Extensions.AI;

/// <summary>
/// Whether the application's models can be used: open, or to be opened when they are first used. One that is still warmed up,
/// or that could not be opened, is not healthy. Asking costs nothing; it computes nothing.
/// </summary>
/// <param name="services">The application's.</param>
/// <param name="models">The models that were added.</param>
/// <param name="options">Where they are.</param>
/// <param name="model">The key of the one that is asked for; null for all.</param>
internal sealed class ModelHealthCheck(
    IServiceProvider services, IEnumerable<AddedModel> models, IOptionsMonitor<AlbertOptions> options, string? model) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        AddedModel[] asked = [.. models.Distinct().Where(added => model is null || added.Key == model)];
        if (asked.Length == 0)
            throw new InvalidOperationException(model is null ? "AddAlbert has added no model" : $"AddAlbert has added no model '{model}'");

        Dictionary<string, object> states = [];
        List<string> faults = [];
        Exception? cause = null;
        foreach (AddedModel added in asked)
        {
            AlbertOptions wanted = options.Of(added.Key);
            string name = added.Key ?? wanted.EffectiveModelId;
            (bool isUsable, string state, Exception? failure) = StateOf(added, wanted);
            states[name] = state;
            if (!isUsable)
                faults.Add($"{name}: {state}");
            cause ??= failure;
        }
        return Task.FromResult(faults.Count == 0
            ? HealthCheckResult.Healthy(data: states)
            : new HealthCheckResult(context.Registration.FailureStatus, string.Join("; ", faults), cause, states));
    }

    private (bool IsUsable, string State, Exception? Failure) StateOf(AddedModel added, AlbertOptions wanted)
    {
        ModelState state = Keyed.Get<ModelState>(services, added.Key);
        if (state.Failure is { } failure)
            return (false, failure.Message, failure);
        if (wanted.WarmUps.Count > 0 && !state.IsWarm)
            return (false, "is being warmed up", null);
        if (state.IsOpen)
            return (true, "open", null);
        return added.Missing(wanted) is { } missing ? (false, missing.Message, missing) : (true, "opened when it is first used", null);
    }
}
