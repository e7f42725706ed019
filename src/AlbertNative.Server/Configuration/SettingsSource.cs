namespace AlbertNative.Server.Configuration;

/// <summary>Where the settings came from, to be read again.</summary>
/// <param name="Read">
/// Reads them; throws <see cref="FormatException"/> or <see cref="IOException"/> where they make no sense any more.
/// </param>
internal sealed record SettingsSource(Func<ServerOptions> Read);
