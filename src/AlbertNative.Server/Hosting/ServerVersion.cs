namespace AlbertNative.Server.Hosting;

/// <summary>The version of this program.</summary>
internal static class ServerVersion
{
    public static string Text { get; } = typeof(ServerVersion).Assembly.GetName().Version!.ToString(fieldCount: 3);
}
