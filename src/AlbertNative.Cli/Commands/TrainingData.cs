using AlbertNative.Training;

namespace AlbertNative.Cli;

/// <summary>The files of a run, read.</summary>
internal sealed class TrainingData<T>
{
    public TrainingData(TrainingFiles files, Func<string, DataSet<T>> read)
    {
        Train = read(files.Train);
        Dev = files.Dev is null ? null : read(files.Dev);
        Test = files.Test is null ? null : read(files.Test);
    }

    public DataSet<T> Train { get; }

    public DataSet<T>? Dev { get; }

    public DataSet<T>? Test { get; }

    /// <summary>The run of a task on them; examples that stand in two files are among its notes.</summary>
    /// <param name="task">The task, made of the files.</param>
    /// <param name="add">Prepares examples of the task that are judged.</param>
    /// <param name="findShared">Finds the examples of its second argument that are also in its first.</param>
    public PreparedRun Prepare(
        TrainingTask task, Func<DataSet<T>, PreparedExamples> add, Func<IEnumerable<T>, IEnumerable<T>, IReadOnlyList<SharedExample>> findShared)
    {
        List<string> notes = [.. Train.Notes];
        AddShared("dev", Dev);
        AddShared("test", Test);
        return new PreparedRun(task, Test is null ? null : add(Test), notes);

        void AddShared(string name, DataSet<T>? set)
        {
            if (set is null || findShared(Train, set) is not { Count: > 0 } shared)
                return;
            notes.Add(FormattableString.Invariant(
                $"{shared.Count} examples of {name} are also in train, such as line {shared[0].Line} (train: line {shared[0].TrainLine})"));
        }
    }
}
