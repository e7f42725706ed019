using System.Net;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Access;

/// <summary>Who may change models: keys of administrators, and without keys whoever is on a machine that alone can ask.</summary>
internal static class Administrators
{
    /// <summary>Lets only them on.</summary>
    /// <param name="request">The request.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="listening">The address that it came to.</param>
    /// <exception cref="RequestException">The client is none.</exception>
    public static void Require(ServerRequest request, ApiKeys keys, IPAddress listening)
    {
        if (keys.AreNeeded)
        {
            if (!request.Client.Options.IsAdmin)
                throw new RequestException(ErrorKind.Forbidden, "the key may not change models");
            return;
        }
        if (!IPAddress.IsLoopback(listening))
            throw new RequestException(ErrorKind.Forbidden, "models are changed with an administrator's key, or where the server listens on loopback alone");
        // A page that somebody looks at on this machine is a stranger.
        if (request.Http.Request.Headers.Origin.Count > 0)
            throw new RequestException(ErrorKind.Forbidden, "models are not changed by web pages");
    }
}
