using System.Globalization;
using System.Runtime.InteropServices;

namespace AlbertNative.Tensors;

/// <summary>
/// Asks Linux to back large blocks of memory with 2 MB pages: products stream through megabytes of weights, and with 4 KB
/// pages much of their time goes into finding the next one. Where the system has no such pages, or refuses, memory is as
/// it would be otherwise.
/// </summary>
public static unsafe partial class HugePages
{
    internal const int Size = 2 << 20;

    /// <summary>Linux's MADV_HUGEPAGE.</summary>
    private const int Wanted = 14;

    private static long _advised;

    /// <summary>The bytes that this process holds in blocks for which the system took the advice.</summary>
    public static long AdvisedBytes => Interlocked.Read(ref _advised);

    /// <summary>The bytes of this process that are in huge pages now, whoever asked for them; null where the system does not tell.</summary>
    public static long? ResidentBytes => ResidentIn("/proc/self/smaps_rollup");

    /// <summary>Whether the system took the advice for a block that nothing has been written to yet.</summary>
    internal static bool TryAdvise(void* block, nuint bytes)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            if (Advise(block, bytes, Wanted) != 0)
                return false;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
        Interlocked.Add(ref _advised, (long)bytes);
        return true;
    }

    /// <summary>An advised block is gone.</summary>
    internal static void Forget(nuint bytes) => Interlocked.Add(ref _advised, -(long)bytes);

    /// <summary>The line <c>AnonHugePages: … kB</c> of a file of that form.</summary>
    internal static long? ResidentIn(string file)
    {
        const string Name = "AnonHugePages:", Unit = "kB";
        try
        {
            foreach (string line in File.ReadLines(file))
            {
                if (line.StartsWith(Name, StringComparison.Ordinal) && line.EndsWith(Unit, StringComparison.Ordinal)
                    && long.TryParse(
                        line.AsSpan(Name.Length, line.Length - Name.Length - Unit.Length).Trim(), NumberStyles.None,
                        CultureInfo.InvariantCulture, out long kilobytes))
                {
                    return kilobytes * 1024;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        return null;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
