using AlbertNative.Server.Models;

namespace AlbertNative.Server.Hosting;

/// <summary>Whether the server can and wants to be asked.</summary>
internal sealed class ServerState(ServedModels models)
{
    private volatile bool _isDraining;

    /// <summary>Whether it is about to end: it still answers, but asks clients to go elsewhere.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Whether a balancer should send requests here.</summary>
    public bool IsReady => models.AreReady && !_isDraining;

    /// <summary>Begins the end.</summary>
    public void BeginDrain() => _isDraining = true;
}
