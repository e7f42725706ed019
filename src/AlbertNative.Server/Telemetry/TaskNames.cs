using System.Collections.Frozen;
using AlbertNative.Server.Models;

namespace AlbertNative.Server.Telemetry;

/// <summary>
/// What metrics and the log call what is asked of a model: the tasks' own names, which are those of OpenTelemetry's conventions where
/// these have one, and names for what is no task.
/// </summary>
internal static class TaskNames
{
    /// <summary>Texts into tokens.</summary>
    public const string Tokenize = "tokenize";

    /// <summary>Tokens into texts.</summary>
    public const string Decode = "decode";

    /// <summary>Token ids into the model's own tensors.</summary>
    public const string Infer = "infer";

    private static readonly FrozenDictionary<Type, string> Names =
        TaskDescription.All.ToFrozenDictionary(task => task.TaskType, task => task.TelemetryName);

    /// <summary>The name of a task.</summary>
    public static string Of(TextTask task) => Names.GetValueOrDefault(task.GetType(), Infer);

    /// <summary>The names of all that a model can be asked for.</summary>
    public static IEnumerable<string> Of(ServedModel model) =>
        model.Tasks.Select(task => task.TelemetryName).Append(Tokenize).Append(Decode).Append(Infer).Distinct();
}
