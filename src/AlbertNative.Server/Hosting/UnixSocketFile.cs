using System.Net.Sockets;

namespace AlbertNative.Server.Hosting;

/// <summary>The file that a Unix domain socket is found by.</summary>
internal static class UnixSocketFile
{
    /// <summary>Makes way for a socket: one that a killed server has left is removed, anything else is not.</summary>
    /// <exception cref="IOException">There is another file, or a server that listens.</exception>
    public static void Clear(string path)
    {
        if (!File.Exists(path))
            return;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path), new FileInfo(path)) is (_, { Length: > 0 }))
            throw new IOException($"{path}: there is a file of this name that is no socket");
        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException e)
        {
            throw new IOException($"{path}: {e.Message}", e);
        }
        throw new IOException($"{path}: another server listens there");
    }
}
