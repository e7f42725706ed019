using System.Collections.Immutable;
using AlbertNative.Model;
using AlbertNative.Tensors;

namespace AlbertNative;

/// <summary>
/// Token ids in, the model's own tensors out, as an ONNX export of it has them: for callers that tokenize and decide
/// themselves. Ids are used as they are, and nothing is cut.
/// </summary>
public sealed class SequenceModel : TextTask
{
    // A file may hold several heads: its own class first, then what says most in least.
    private static readonly ImmutableArray<ModelArchitecture> WithLogits =
    [
        ModelArchitecture.SequenceClassification, ModelArchitecture.TokenClassification, ModelArchitecture.QuestionAnswering,
        ModelArchitecture.MaskedLM,
    ];

    private readonly EncoderHead _encoder;
    private readonly Head<LogitsOutput>? _head;
    private readonly OutputPool<EncoderOutput> _states = new();
    private readonly OutputPool<LogitsOutput> _logits = new();

    /// <summary>Makes it of an opened model, which stays the caller's.</summary>
    /// <exception cref="FormatException">The model does not hold the weights of a head that it names.</exception>
    public SequenceModel(TextModel model)
        : base(model, TaskOptions.Default)
    {
        _encoder = new EncoderHead(model.Transformer);
        LogitsOf = ArchitectureOf(model.Transformer);
        _head = LogitsOf switch
        {
            ModelArchitecture.SequenceClassification => new SequenceClassificationHead(model.Transformer),
            ModelArchitecture.TokenClassification => new TokenClassificationHead(model.Transformer),
            ModelArchitecture.QuestionAnswering => new QuestionAnsweringHead(model.Transformer),
            ModelArchitecture.MaskedLM => new MaskedLMHead(model.Transformer),
            _ => null,
        };
    }

    /// <summary>Whether there is a pooled output.</summary>
    public bool HasPooler => _encoder.HasPooler;

    /// <summary>
    /// Whose logits there are: those of a sequence (<see cref="ModelArchitecture.SequenceClassification"/>), else those of each
    /// token; null where the model has no such head.
    /// </summary>
    public ModelArchitecture? LogitsOf { get; }

    /// <summary>The logits of a row; 0 where there are none.</summary>
    public int LogitColumns => LogitsOf switch
    {
        null => 0,
        ModelArchitecture.MaskedLM => Config.VocabularySize,
        ModelArchitecture.QuestionAnswering => 2,
        _ => Config.LabelCount,
    };

    /// <summary>The encoder's output in its parts.</summary>
    public TaskOperation<TokenSequence, SequenceStates> StatesOperation() => Operation<TokenSequence, EncoderOutput, SequenceStates>(
        _states, Encode, HeadForward<TokenSequence, EncoderOutput>.Of(_encoder), States);

    /// <summary>
    /// The logits in their parts: [columns] of a sequence, or [tokens, columns] row by row; of a
    /// <see cref="ModelArchitecture.QuestionAnswering"/> model the start's and the end's in two columns.
    /// </summary>
    /// <exception cref="InvalidOperationException">The model has no such head.</exception>
    public TaskOperation<TokenSequence, float[]> LogitsOperation()
    {
        Head<LogitsOutput> head = _head ?? throw new InvalidOperationException("the model has no head whose logits could be asked for");
        return Operation<TokenSequence, LogitsOutput, float[]>(_logits, Encode, HeadForward<TokenSequence, LogitsOutput>.Of(head), Logits);
    }

    private static ModelArchitecture? ArchitectureOf(PreTrainedModel model)
    {
        ModelArchitecture own = model.Config.DefaultArchitecture == ModelArchitecture.PreTraining ? ModelArchitecture.MaskedLM : model.Config.DefaultArchitecture;
        return WithLogits.Prepend(own).Where(WithLogits.Contains).Where(model.Architectures.Contains)
            .Select(architecture => (ModelArchitecture?)architecture).FirstOrDefault();
    }

    private EncodedInput<TokenSequence> Encode(TokenSequence sequence)
    {
        int[] ids = [.. sequence.InputIds];
        int[]? types = sequence.TokenTypeIds is null ? null : [.. sequence.TokenTypeIds];
        if (ids.Length == 0)
            throw new ArgumentException("there is no token");
        if (ids.Length > Config.MaxPositionCount)
            throw new OverlongTextException(ids.Length, Config.MaxPositionCount);
        if (types is not null && types.Length != ids.Length)
            throw new ArgumentException($"there are {ids.Length} tokens and {types.Length} types");
        RequireBelow(ids, Config.VocabularySize, "id");
        RequireBelow(types ?? [], Config.TypeVocabularySize, "type");
        return new(sequence, [], [TokenWindow.Of(ids, types)]);
    }

    private static void RequireBelow(int[] values, int count, string what)
    {
        int at = Array.FindIndex(values, value => (uint)value >= (uint)count);
        if (at >= 0)
            throw new ArgumentException($"token {at} has the {what} {values[at]}, the model has {what}s from 0 to {count - 1}");
    }

    private SequenceStates States(ModelBatch<TokenSequence> batch, int i, EncoderOutput output) => new(
        Rows(output.LastHiddenState, batch.FirstRow(i, 0), batch.Inputs[i].TokenCount),
        _encoder.HasPooler ? output.PooledOutput[batch.FirstSequence(i)].ToArray() : null);

    private float[] Logits(ModelBatch<TokenSequence> batch, int i, LogitsOutput output) => LogitsOf == ModelArchitecture.SequenceClassification
        ? output.Logits[batch.FirstSequence(i)].ToArray()
        : Rows(output.Logits, batch.FirstRow(i, 0), batch.Inputs[i].TokenCount);

    private static float[] Rows(Matrix matrix, int first, int count)
    {
        float[] rows = new float[count * matrix.Columns];
        for (int row = 0; row < count; row++)
            matrix[first + row].CopyTo(rows.AsSpan(row * matrix.Columns));
        return rows;
    }
}
