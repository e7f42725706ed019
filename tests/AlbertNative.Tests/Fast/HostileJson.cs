using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Fast;

/// <summary>
/// What reading a damaged or hostile <c>tokenizer.json</c> may do: end in the library's own exception, soon, and with
/// memory in proportion to the file.
/// </summary>
internal static class HostileJson
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(30);

    /// <summary>Reads the file; the refusal, or null where it is valid.</summary>
    public static TokenizerFormatException? Load(byte[] utf8)
    {
        Exception? thrown = null;
        long allocated = 0;
        Thread thread = new(() =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            thrown = Record.Exception(() => Tokenizer.FromTokenizerJson(utf8));
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        })
        {
            // One that hangs must not hold the test run.
            IsBackground = true,
        };
        thread.Start();
        Assert.True(thread.Join(Watchdog), "reading the file hangs");
        if (thrown is null)
            return null;
        Assert.True(allocated <= 4L * utf8.Length + (1 << 20), $"{allocated} bytes allocated for a file of {utf8.Length}");
        return Assert.IsType<TokenizerFormatException>(thrown);
    }
}
