using AlbertNative.Model;
using AlbertNative.Tensors;

namespace AlbertNative.Cli;

/// <summary>Times a model's forward pass, ids in and hidden states out, the way peers are timed.</summary>
internal sealed class ForwardBenchmark(
    PreTrainedModel model, BenchHead head, int callers, int? runs, CancellationToken cancellationToken)
{
    private readonly EncoderHead _states = new(model);
    private readonly EncoderOutput _output = new();
    private double _peak;

    /// <summary>As many runs as the peers' script takes: fewer for large shapes, 7 to 60.</summary>
    public static int DefaultRuns(BenchShape shape) => (int)Math.Clamp(6000L / ((long)shape.Texts * shape.Longest), 7, 60);

    /// <summary>Measures one shape.</summary>
    /// <exception cref="ArgumentException">The model takes no text as long.</exception>
    public ForwardTiming Run(BenchShape shape)
    {
        TokenBatch batch = BenchTokens.Create(shape, model.Config);
        int[] rows = head.Rows(batch);
        CheckPruning(batch, rows);
        MeasurePeak();
        Timings timings = Measure(shape, batch, rows, out double? slowestToFastest);
        MeasurePeak();
        return new()
        {
            Shape = shape,
            Precision = model.Precision,
            Head = head,
            Threads = model.Threads,
            Callers = callers,
            SlowestToFastest = slowestToFastest,
            Tokens = batch.TokenCount,
            Timings = timings,
            Flops = ForwardFlops.Count(model.Config, batch, head),
            PeakGflops = _peak,
            Checksum = Sum(_output.LastHiddenState),
        };
    }

    // Before and after each shape: the best that was seen so far is nearest to what the processor can do. All callers
    // together have the peak of all their threads, as far as there are processors.
    private void MeasurePeak()
    {
        int threads = (int)Math.Max(model.Threads, Math.Min(Environment.ProcessorCount, (long)callers * model.Threads));
        _peak = Math.Max(_peak, model.Precision == WeightPrecision.Int8
            ? MachinePeak.Int8MultiplyAdd(threads)
            : MachinePeak.MultiplyAdd(threads));
    }

    private Timings Measure(BenchShape shape, TokenBatch batch, int[] rows, out double? slowestToFastest)
    {
        int count = runs ?? DefaultRuns(shape);
        slowestToFastest = null;
        if (callers == 1)
            return Timings.Measure(count, () => Forward(batch, rows, _output), cancellationToken);
        ConcurrentCalls calls = ConcurrentCalls.Measure(
            [.. Enumerable.Range(0, callers).Select(caller => Caller(shape, rows, caller == 0 ? _output : new()))], count);
        slowestToFastest = calls.SlowestToFastest;
        return new(calls.BetweenMs, calls.BetweenMs, count);
    }

    /// <summary>A caller with a batch and an output of its own.</summary>
    private Action Caller(BenchShape shape, int[] rows, EncoderOutput output)
    {
        TokenBatch batch = BenchTokens.Create(shape, model.Config);
        return () => Forward(batch, rows, output);
    }

    private void Forward(TokenBatch batch, int[] rows, EncoderOutput output)
    {
        if (rows.Length == 0)
            _states.Forward(batch, output, cancellationToken: cancellationToken);
        else
            _states.Forward(batch, rows, output, cancellationToken);
    }

    /// <summary>The rows that are computed alone must have the bits that they have among all.</summary>
    private void CheckPruning(TokenBatch batch, int[] rows)
    {
        if (rows.Length == 0)
            return;
        Matrix all = _states.Forward(batch, cancellationToken: cancellationToken).LastHiddenState;
        Forward(batch, rows, _output);
        for (int i = 0; i < rows.Length; i++)
        {
            if (!all[rows[i]].SequenceEqual(_output.LastHiddenState[i]))
                throw new InvalidOperationException($"token {rows[i]} has other hidden states alone than among all");
        }
    }

    private static double Sum(Matrix matrix)
    {
        double sum = 0;
        for (int row = 0; row < matrix.Rows; row++)
        {
            foreach (float value in matrix[row])
                sum += value;
        }
        return sum;
    }
}
