using System.Collections.Immutable;

namespace AlbertNative.Serving;

/// <summary>What one client may do, and how much.</summary>
public sealed record ClientOptions
{
    /// <summary>Its name in metrics and logs.</summary>
    public required string Name { get; init; }

    /// <summary>Its share of the processors beside others that wait; 2 gets twice as much as 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>The most tokens of a minute; null for no limit.</summary>
    public long? TokensPerMinute { get; init; }

    /// <summary>The most requests of a minute; null for no limit.</summary>
    public long? RequestsPerMinute { get; init; }

    /// <summary>The most requests at a time; null for no limit.</summary>
    public int? MaxConcurrent { get; init; }

    /// <summary>The best rank that its requests may have.</summary>
    public RequestPriority Priority { get; init; } = RequestPriority.Normal;

    /// <summary>The models that it may use; null for all.</summary>
    public ImmutableHashSet<string>? Models { get; init; }

    /// <summary>Whether it may load and unload models.</summary>
    public bool IsAdmin { get; init; }

    /// <summary>Refuses what makes no sense.</summary>
    /// <exception cref="ArgumentException">A figure is not positive, or the name is empty.</exception>
    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Name);
        if (!(Weight is > 0 and <= 1_000_000))
            throw new ArgumentException($"client {Name}: the weight is {Weight}, expected more than 0, at most 1000000");
        RequirePositive(TokensPerMinute, nameof(TokensPerMinute));
        RequirePositive(RequestsPerMinute, nameof(RequestsPerMinute));
        RequirePositive(MaxConcurrent, nameof(MaxConcurrent));
        if (!Enum.IsDefined(Priority))
            throw new ArgumentException($"client {Name}: there is no priority {Priority}");
    }

    private void RequirePositive(long? value, string what)
    {
        if (value is < 1)
            throw new ArgumentException($"client {Name}: {what} is {value}, expected at least 1");
    }
}
