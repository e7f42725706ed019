using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AlbertNative.Extensions.AI;

/// <summary>One way to speak of the default model's services, which have no key, and of a named model's, which have.</summary>
internal static class Keyed
{
    /// <summary>The service of a key; of no key where it is null.</summary>
    public static T Get<T>(IServiceProvider services, object? key)
        where T : notnull =>
        key is null ? services.GetRequiredService<T>() : services.GetRequiredKeyedService<T>(key);

    /// <summary>The options of a key's model.</summary>
    public static AlbertOptions Of(this IOptionsMonitor<AlbertOptions> options, string? key) => options.Get(key ?? Options.DefaultName);
}
