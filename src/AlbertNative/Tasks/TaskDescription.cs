using System.Collections.Immutable;
using AlbertNative.Model;

namespace AlbertNative;

/// <summary>What a task is called and what it needs: for whoever offers tasks, the command line, services, a server.</summary>
public sealed record TaskDescription
{
    /// <summary>Its name, that of Hugging Face's pipeline where there is one.</summary>
    public required string Name { get; init; }

    /// <summary>The command of <c>albert</c> that does it; empty where none does.</summary>
    public required string Command { get; init; }

    /// <summary>What it does, in a few words.</summary>
    public required string Summary { get; init; }

    /// <summary>
    /// Its name in metrics and traces (<c>gen_ai.operation.name</c>): the conventions' own where there is one.
    /// </summary>
    public required string TelemetryName { get; init; }

    /// <summary>The classes that have its head; any one of them is enough.</summary>
    public required ImmutableArray<ModelArchitecture> Architectures { get; init; }

    /// <summary>What else the model must be; null where any with such a head will do.</summary>
    internal Func<ModelConfig, bool>? Fits { get; init; }

    /// <summary>The class.</summary>
    public required Type TaskType { get; init; }

    /// <summary>Makes the task over an opened model.</summary>
    public required Func<TextModel, TaskOptions?, TextTask> Create { get; init; }

    /// <summary>Every task.</summary>
    public static ImmutableArray<TaskDescription> All { get; } =
    [
        TextEmbedder.Description, MaskFiller.Description, TextClassifier.Description, TokenClassifier.Description,
        QuestionAnswerer.Description, MultipleChoiceSelector.Description, SentenceOrderPredictor.Description, Reranker.Description,
        SparseEmbedder.Description,
    ];

    /// <summary>The description of a task's class.</summary>
    /// <exception cref="ArgumentException">It is none of the tasks.</exception>
    public static TaskDescription Of(Type taskType) =>
        All.FirstOrDefault(task => task.TaskType == taskType) ?? throw new ArgumentException($"{taskType} is no task", nameof(taskType));

    /// <summary>Whether a model holds what the task needs.</summary>
    public bool CanBeDoneBy(PreTrainedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Architectures.Any(model.Architectures.Contains) && Fits?.Invoke(model.Config) != false;
    }
}
