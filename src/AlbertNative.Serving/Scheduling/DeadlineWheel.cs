namespace AlbertNative.Serving;

/// <summary>Something that ends at a time, at most one wheel's turn ahead or else looked at again each turn.</summary>
internal abstract class Timed
{
    /// <summary>When, as the clock's timestamp.</summary>
    public long Deadline { get; init; }

    internal Timed? Previous { get; set; }

    internal Timed? Next { get; set; }

    internal int Slot { get; set; } = -1;
}

/// <summary>
/// Deadlines of any number of requests: entering and leaving cost the same however many there are. Time goes in ticks; what is
/// due is found with the tick after it.
/// </summary>
internal sealed class DeadlineWheel
{
    /// <summary>How late a deadline may be noticed.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private const int Slots = 1024;

    private readonly Timed?[] _slots = new Timed?[Slots];
    private readonly long _tick;
    private long _turned;

    public DeadlineWheel(TimeProvider time)
    {
        _tick = Math.Max(1, (long)(Tick.TotalSeconds * time.TimestampFrequency));
        _turned = time.GetTimestamp() / _tick;
    }

    public void Enter(Timed timed)
    {
        // The tick after the deadline's; what lies behind is found with the next one.
        long tick = Math.Max((timed.Deadline / _tick) + 1, _turned + 1);
        int slot = (int)(tick % Slots);
        timed.Slot = slot;
        timed.Next = _slots[slot];
        if (timed.Next is not null)
            timed.Next.Previous = timed;
        _slots[slot] = timed;
    }

    public void Leave(Timed timed)
    {
        if (timed.Slot < 0)
            return;
        if (timed.Previous is null)
            _slots[timed.Slot] = timed.Next;
        else
            timed.Previous.Next = timed.Next;
        if (timed.Next is not null)
            timed.Next.Previous = timed.Previous;
        timed.Previous = timed.Next = null;
        timed.Slot = -1;
    }

    /// <summary>Takes out all that is due.</summary>
    public void Turn(long now, List<Timed> due)
    {
        long tick = now / _tick;
        // After a long sleep each slot is looked at once.
        long first = Math.Max(_turned + 1, tick - Slots + 1);
        for (long at = first; at <= tick; at++)
        {
            Timed? next;
            for (Timed? timed = _slots[at % Slots]; timed is not null; timed = next)
            {
                next = timed.Next;
                if (timed.Deadline > now)
                    continue;
                Leave(timed);
                due.Add(timed);
            }
        }
        _turned = Math.Max(_turned, tick);
    }

    /// <summary>When to turn next, as the clock's timestamp; null where there is nothing. Right after a turn.</summary>
    public long? NextTurn()
    {
        for (long at = _turned + 1; at <= _turned + Slots; at++)
        {
            if (_slots[at % Slots] is not null)
                return at * _tick;
        }
        return null;
    }

    /// <summary>When to turn for something that enters, as the clock's timestamp.</summary>
    public long TurnOf(Timed timed) => ((timed.Deadline / _tick) + 1) * _tick;

    /// <summary>Takes out everything.</summary>
    public void TakeAll(List<Timed> all)
    {
        foreach (Timed? slot in _slots)
        {
            for (Timed? timed = slot; timed is not null; timed = timed.Next)
                all.Add(timed);
        }
        foreach (Timed timed in all)
            Leave(timed);
    }
}
