using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace AlbertNative.Server.Hosting;

/// <summary>
/// Lets the system connect nobody more to a listening socket, while whoever is being connected still is: on Linux by a filter that drops
/// the segments that ask for a connection (SYN) and no others (SO_ATTACH_FILTER, socket(7); the kernel's Documentation/networking/filter.rst
/// has its instructions). Who asks does so again after a second, and by then may find nobody.
/// </summary>
internal static class ClosedToNewcomers
{
    private const int SocketLevel = 1, AttachFilter = 26;

    private const int FlagsOffset = 13, Syn = 2;

    /// <summary>struct sock_filter, one each: code, where to go on when true and when false, k. A result of 0 drops the segment.</summary>
    private static readonly Instruction[] WithoutSyn =
    [
        new(Code: 0x30, IfTrue: 0, IfFalse: 0, K: FlagsOffset), // load a byte of the segment
        new(Code: 0x45, IfTrue: 0, IfFalse: 1, K: Syn),         // whether it has the bit
        new(Code: 0x06, IfTrue: 0, IfFalse: 0, K: 0),
        new(Code: 0x06, IfTrue: 0, IfFalse: 0, K: uint.MaxValue),
    ];

    /// <summary>Closes a listening socket to newcomers.</summary>
    /// <returns>Whether it is: not on other systems, in sandboxes that forbid it, and for sockets that are not TCP's.</returns>
    public static bool Apply(Socket socket)
    {
        if (!OperatingSystem.IsLinux() || socket.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6))
            return false;
        GCHandle instructions = GCHandle.Alloc(WithoutSyn, GCHandleType.Pinned);
        try
        {
            Program program = new((ushort)WithoutSyn.Length, instructions.AddrOfPinnedObject());
            socket.SetRawSocketOption(SocketLevel, AttachFilter, MemoryMarshal.AsBytes(new ReadOnlySpan<Program>(in program)));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        finally
        {
            instructions.Free();
        }
    }

    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint K);

    /// <summary>struct sock_fprog.</summary>
    private readonly record struct Program(ushort Length, nint Instructions);
}
