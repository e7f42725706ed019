using System.Diagnostics;
using OpenTelemetry;

namespace AlbertNative.Server.Telemetry;

/// <summary>
/// Takes out of a span what a client has written: .NET 11 puts a request's host, path, query, agent and a method of its own there. The
/// route stays.
/// </summary>
internal sealed class ClientTextRedaction : BaseProcessor<Activity>
{
    private static readonly string[] Tags =
        ["server.address", "server.port", "url.path", "url.query", "url.full", "user_agent.original", "http.request.method_original"];

    public override void OnEnd(Activity data)
    {
        foreach (string tag in Tags)
            data.SetTag(tag, null);
    }
}
