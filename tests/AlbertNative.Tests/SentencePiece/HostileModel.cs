using AlbertNative.Tokenization;

namespace AlbertNative.Tests.SentencePiece;

/// <summary>
/// What reading a damaged or hostile <c>spiece.model</c> may do: end in the library's own exception, soon, and with
/// memory in proportion to the file.
/// </summary>
internal static class HostileModel
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(30);

    /// <summary>Reads the file; the refusal, or null where it is valid.</summary>
    public static TokenizerFormatException? Load(byte[] file)
    {
        Exception? thrown = null;
        long allocated = 0;
        Run(() =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            thrown = Record.Exception(() => SentencePieceModel.Parse(file));
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.True(allocated <= 4L * file.Length + (1 << 20), $"{allocated} bytes allocated for a file of {file.Length}");
        return thrown is null ? null : Assert.IsType<TokenizerFormatException>(thrown);
    }

    /// <summary>Runs something that must come to an end.</summary>
    public static void Run(Action action)
    {
        Exception? thrown = null;
        Thread thread = new(() => thrown = Record.Exception(action))
        {
            // One that hangs must not hold the test run.
            IsBackground = true,
        };
        thread.Start();
        Assert.True(thread.Join(Watchdog), "it hangs");
        if (thrown is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(thrown);
    }
}
