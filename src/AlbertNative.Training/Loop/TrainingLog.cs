using System.Text.Json;

namespace AlbertNative.Training;

/// <summary>
/// <c>log.jsonl</c>: the entries of the state's log, a line each, written as they come, so that they are there however the run
/// ends. A run that is gone on with has the lines up to its checkpoint.
/// </summary>
internal sealed class TrainingLog : IDisposable
{
    public const string FileName = "log.jsonl";

    private readonly FileStream _file;
    private readonly TrainerState _state;
    private readonly Action<IReadOnlyDictionary<string, double>>? _logged;

    public TrainingLog(string output, TrainerState state, Action<IReadOnlyDictionary<string, double>>? logged)
    {
        (_state, _logged) = (state, logged);
        _file = new FileStream(Path.Combine(output, FileName), FileMode.Create, FileAccess.Write, FileShare.Read);
        foreach (IReadOnlyDictionary<string, double> entry in state.LogHistory)
            Write(entry);
    }

    /// <summary>Adds an entry to the state and the file.</summary>
    public void Add(IEnumerable<KeyValuePair<string, double>> values)
    {
        IReadOnlyDictionary<string, double> entry = _state.Log(values);
        Write(entry);
        _logged?.Invoke(entry);
    }

    public void Dispose() => _file.Dispose();

    private void Write(IReadOnlyDictionary<string, double> entry)
    {
        using (Utf8JsonWriter json = new(_file))
            TrainerState.WriteEntry(json, entry);
        _file.WriteByte((byte)'\n');
        _file.Flush();
    }
}
