using System.Diagnostics;
using OpenTelemetry;

namespace AlbertNative.Server.Telemetry;

/// <summary>Takes out of a span what a client has written: .NET 11 puts a request's path, query and agent there. The route stays.</summary>
internal sealed class ClientTextRedaction : BaseProcessor<Activity>
{
    private static readonly string[] Tags = ["url.path", "url.query", "url.full", "user_agent.original"];

    public override void OnEnd(Activity data)
    {
        foreach (string tag in Tags)
            data.SetTag(tag, null);
    }
}
