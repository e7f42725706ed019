using AlbertNative.Server.Models;
using AlbertNative.Serving;

namespace AlbertNative.Server.Hosting;

/// <summary>Whether the server can and wants to be asked.</summary>
internal sealed class ServerState(ServedModels models, InferenceScheduler scheduler)
{
    /// <summary>A step takes milliseconds: no load makes it take so long.</summary>
    private static readonly TimeSpan Stalled = TimeSpan.FromSeconds(30);

    private volatile bool _isDraining;

    /// <summary>Whether it is about to end: it still answers, but asks clients to go elsewhere.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Whether a balancer should send requests here.</summary>
    public bool IsReady => models.AreReady && !_isDraining;

    /// <summary>Whether work goes on: false where it has come to a halt, which ending the process alone can cure.</summary>
    public bool IsLive => !scheduler.IsStalled(Stalled);

    /// <summary>Begins the end.</summary>
    public void BeginDrain() => _isDraining = true;
}
