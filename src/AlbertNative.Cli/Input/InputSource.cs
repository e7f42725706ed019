using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace AlbertNative.Cli;

/// <summary>Where a command's texts come from: its arguments, a file or standard input.</summary>
internal abstract class InputSource
{
    /// <summary>The whole length in bytes, where it is known.</summary>
    public virtual long? Length => null;

    /// <summary>How to name the <paramref name="number"/>-th text in a message.</summary>
    public abstract string Name(long number);

    /// <summary>
    /// The lines in groups of 1 to <paramref name="limit"/>: each group is what has arrived by the time the last
    /// one was done, so a file is worked off in large groups, and a program that sends one line and waits for its
    /// result gets it.
    /// </summary>
    public abstract IEnumerable<IReadOnlyList<InputLine>> Groups(int limit, CancellationToken cancellationToken);

    /// <summary>One item for each of <paramref name="items"/>, which are its columns.</summary>
    public static InputSource OfArguments(IReadOnlyList<IReadOnlyList<string>> items) => new Arguments(items);

    public static InputSource OfStream(Stream stream) => new StreamLines(stream, "line", null);

    /// <summary>The lines of a file.</summary>
    /// <exception cref="BadInputException">It cannot be opened.</exception>
    public static InputSource OfFile(string path)
    {
        FileStream stream = OpenRead(path, bufferSize: 0);
        return new StreamLines(stream, $"{path}, line", stream.CanSeek ? stream.Length : null);
    }

    /// <summary>Opens a file that is a command's input.</summary>
    /// <exception cref="BadInputException">It cannot be opened.</exception>
    public static FileStream OpenRead(string path, int bufferSize)
    {
        if (Directory.Exists(path))
            throw new BadInputException($"cannot read the input file: {path} is a directory");
        try
        {
            return new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"cannot read the input file: {e.Message}");
        }
    }

    private sealed class Arguments(IReadOnlyList<IReadOnlyList<string>> items) : InputSource
    {
        public override string Name(long number) => items.Count == 1 ? "the arguments" : $"argument {number}";

        public override IEnumerable<IReadOnlyList<InputLine>> Groups(int limit, CancellationToken cancellationToken) =>
            items.Select((columns, i) => new InputLine(i + 1, [], columns, End: 0)).Chunk(limit);
    }

    private sealed class StreamLines(Stream stream, string what, long? length) : InputSource
    {
        public override long? Length => length;

        public override string Name(long number) => $"{what} {number}";

        public override IEnumerable<IReadOnlyList<InputLine>> Groups(int limit, CancellationToken cancellationToken)
        {
            BlockingCollection<InputLine> arrived = new(boundedCapacity: 4 * limit);
            using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            CancellationToken stopped = stop.Token;
            ExceptionDispatchInfo? failure = null;

            // A read from a terminal or a pipe cannot be cancelled, so the thread may outlive the run; it holds nothing.
            Thread reader = new(() => Read(arrived, e => failure = ExceptionDispatchInfo.Capture(e), stopped))
            {
                IsBackground = true,
                Name = "input",
            };
            reader.Start();
            try
            {
                while (arrived.TryTake(out InputLine line, Timeout.Infinite, cancellationToken))
                {
                    List<InputLine> group = [line];
                    while (group.Count < limit && arrived.TryTake(out line))
                        group.Add(line);
                    yield return group;
                }
                failure?.Throw();
            }
            finally
            {
                stop.Cancel();
            }
        }

        private void Read(BlockingCollection<InputLine> arrived, Action<Exception> fail, CancellationToken stopped)
        {
            try
            {
                LineReader reader = new(stream);
                for (long number = 1; reader.Read() is byte[] line; number++)
                    arrived.Add(new(number, line, null, reader.Position), stopped);
            }
            catch (OperationCanceledException)
            {
                // The run has ended before its input did.
            }
            catch (Exception e)
            {
                fail(e);
            }
            finally
            {
                arrived.CompleteAdding();
            }
        }
    }
}
