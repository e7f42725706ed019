namespace AlbertNative.Tensors.Threading;

/// <summary>
/// A team's helper thread. It looks out for the next program for a moment after each one, since calls often follow each
/// other closely, then sleeps.
/// </summary>
internal sealed class Helper : IDisposable
{
    private const int Idle = 0, Offered = 1, Running = 2, Ended = 3;
    private const int SpinsBeforeSleep = 2000;

    private readonly ThreadTeam _team;
    private readonly TeamThread _place;
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Thread _thread;
    private TeamProgram? _program;
    private int _state;
    private int _asleep;

    public Helper(ThreadTeam team, TeamThread place)
    {
        _team = team;
        _place = place;
        _thread = new Thread(Loop) { IsBackground = true, Name = "AlbertNative" };
        _thread.Start();
    }

    /// <summary>Offers a program; whether the thread takes it before the others are done is left to the scheduler.</summary>
    public void Start(TeamProgram program)
    {
        _program = program;
        Interlocked.Exchange(ref _state, Offered);
        WakeIfAsleep();
    }

    /// <summary>Takes the offer back, or waits until the thread has left the program.</summary>
    public void Finish()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Offered) != Offered)
        {
            SpinWait wait = default;
            while (Volatile.Read(ref _state) == Running)
                wait.SpinOnce(sleep1Threshold: -1);
        }
        _program = null;
    }

    public void Dispose()
    {
        Interlocked.Exchange(ref _state, Ended);
        WakeIfAsleep();
        _thread.Join();
        _wake.Dispose();
    }

    private void WakeIfAsleep()
    {
        if (Interlocked.Exchange(ref _asleep, 0) == 1)
            _wake.Release();
    }

    private void Loop()
    {
        while (true)
        {
            int state = WaitForOffer();
            if (state == Ended)
                return;
            if (Interlocked.CompareExchange(ref _state, Running, Offered) != Offered)
                continue;
            // From here on the caller waits for this thread, so the program is the one on offer.
            _team.RunOn(_place, _program!);
            Interlocked.CompareExchange(ref _state, Idle, Running);
        }
    }

    private int WaitForOffer()
    {
        for (int spins = 0; spins < SpinsBeforeSleep; spins++)
        {
            int state = Volatile.Read(ref _state);
            if (state is Offered or Ended)
                return state;
            Thread.SpinWait(8);
        }
        Interlocked.Exchange(ref _asleep, 1);
        // An offer made before the flag was up found nobody to wake.
        if (Volatile.Read(ref _state) is Offered or Ended && Interlocked.Exchange(ref _asleep, 0) == 1)
            return Volatile.Read(ref _state);
        _wake.Wait();
        return Volatile.Read(ref _state);
    }
}
