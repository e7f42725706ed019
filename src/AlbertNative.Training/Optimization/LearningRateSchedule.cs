namespace AlbertNative.Training;

/// <summary>The shapes of a learning rate over a run, by transformers' names (<c>lr_scheduler_type</c>).</summary>
public enum ScheduleKind
{
    /// <summary>Down to zero along a line.</summary>
    Linear,

    /// <summary>Down along half a cosine, or <see cref="LearningRateSchedule.Cycles"/> of it.</summary>
    Cosine,

    /// <summary>As <see cref="Cosine"/>, from the top again in each cycle.</summary>
    CosineWithRestarts,

    /// <summary>Down to <see cref="LearningRateSchedule.End"/> along a power.</summary>
    Polynomial,

    /// <summary>Always the same, without warm-up.</summary>
    Constant,

    /// <summary>Always the same after warm-up.</summary>
    ConstantWithWarmup,

    /// <summary>Down with the root of the updates.</summary>
    InverseSqrt,

    /// <summary>As <see cref="Cosine"/>, down to <see cref="LearningRateSchedule.End"/>.</summary>
    CosineWithMinLr,
}

/// <summary>
/// What share of the learning rate each update uses: update 1, 2, … the <see cref="Factor"/> of step 0, 1, …
/// </summary>
public sealed record LearningRateSchedule
{
    /// <summary>The shape after warm-up.</summary>
    public ScheduleKind Kind { get; init; } = ScheduleKind.Linear;

    /// <summary>All updates of the run.</summary>
    public required int Updates { get; init; }

    /// <summary>Updates in which the rate rises from zero.</summary>
    public int WarmupUpdates { get; init; }

    /// <summary>Cosines: how many cycles of 2π; half of one by default, of restarts one.</summary>
    public double? Cycles { get; init; }

    /// <summary>The power of <see cref="ScheduleKind.Polynomial"/>.</summary>
    public double Power { get; init; } = 1;

    /// <summary>The last rate's share of the first, for <see cref="ScheduleKind.Polynomial"/> and <see cref="ScheduleKind.CosineWithMinLr"/>.</summary>
    public double End { get; init; }

    /// <summary>The time scale of <see cref="ScheduleKind.InverseSqrt"/>; null for the warm-up's updates, or 10,000 without warm-up.</summary>
    public int? TimeScale { get; init; }

    /// <summary>Updates of warm-up from a number as the Trainer takes it: below 1 a share of all updates, rounded up.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative or not a number.</exception>
    public static int WarmupOf(double warmup, int updates)
    {
        if (!(warmup >= 0))
            throw new ArgumentOutOfRangeException(nameof(warmup), warmup, "expected a number of updates, or a share below 1");
        return warmup >= 1 ? (int)warmup : (int)Math.Ceiling(updates * warmup);
    }

    /// <summary>The share of the learning rate at a step, from 0.</summary>
    public double Factor(int step)
    {
        if (Kind == ScheduleKind.Constant)
            return 1;
        if (step < WarmupUpdates)
            return step / (double)Math.Max(1, WarmupUpdates);
        if (Kind == ScheduleKind.ConstantWithWarmup)
            return 1;
        if (Kind == ScheduleKind.InverseSqrt)
        {
            double scale = TimeScale ?? (WarmupUpdates > 0 ? WarmupUpdates : 10000);
            return 1 / Math.Sqrt((step + scale - WarmupUpdates) / scale);
        }
        if (Kind == ScheduleKind.Linear)
            return Math.Max(0, (Updates - step) / (double)Math.Max(1, Updates - WarmupUpdates));
        return Decay(step);
    }

    private double Decay(int step)
    {
        double progress = (step - WarmupUpdates) / (double)Math.Max(1, Updates - WarmupUpdates);
        switch (Kind)
        {
            case ScheduleKind.CosineWithRestarts:
                return progress >= 1 ? 0 : Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * ((Cycles ?? 1) * progress % 1))));
            case ScheduleKind.Polynomial:
                return step > Updates ? End : ((1 - End) * Math.Pow(1 - ((step - WarmupUpdates) / (double)(Updates - WarmupUpdates)), Power)) + End;
            default:
                double cosine = 0.5 * (1 + Math.Cos(Math.PI * (Cycles ?? 0.5) * 2 * progress));
                return Kind == ScheduleKind.CosineWithMinLr ? Math.Max(0, (cosine * (1 - End)) + End) : Math.Max(0, cosine);
        }
    }
}
