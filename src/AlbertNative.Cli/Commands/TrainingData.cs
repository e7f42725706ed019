using System.Globalization;
using AlbertNative.Training;

namespace AlbertNative.Cli;

/// <summary>The files of a run, read.</summary>
internal sealed class TrainingData<T>
{
    /// <param name="files">Their names; the development set may be a share of the training set, such as <c>10%</c>.</param>
    /// <param name="options">With the seed of that share.</param>
    /// <param name="read">Reads a file.</param>
    /// <param name="stratum">What both parts have the same share of; null for nothing.</param>
    public TrainingData(TrainingFiles files, TrainingOptions options, Func<string, DataSet<T>> read, Func<T, string>? stratum = null)
    {
        Train = read(files.Train);
        if (files.Dev is [>= '0' and <= '9', .., '%'])
        {
            if (!double.TryParse(files.Dev[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent) || !(percent is > 0 and < 100))
                throw new BadInputException($"--dev: {files.Dev} is no share between 0 and 100 %");
            if (Train is DataSet<TextDocument> { Count: 1 })
                throw new BadInputException($"--dev: {files.Train} is one document, of which no share can be divided off; blank lines divide documents");
            (Train, Dev) = Train.Split(percent / 100, options.Seed, stratum ?? (_ => ""));
        }
        else if (files.Dev is not null)
        {
            Dev = read(files.Dev);
        }
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
                $"{shared.Count} {(shared.Count == 1 ? "example" : "examples")} of {name} also {(shared.Count == 1 ? "stands" : "stand")} in train, such as line {shared[0].Line} (train: line {shared[0].TrainLine})"));
        }
    }
}
