using AlbertNative.Model;
using AlbertNative.Tensors;

namespace AlbertNative.Cli;

/// <summary>Runs a model over a <see cref="RectangularBatch"/>, a few sequences at a time, and collects its outputs.</summary>
internal sealed class RectangularForward
{
    /// <summary>Enough tokens for the products to be efficient, few enough that their word scores stay small.</summary>
    private const int TokensAtOnce = 1024;

    private readonly RectangularBatch _batch;
    private readonly TokenBatch _tokens = new();
    private readonly ModelConfig _config;
    private readonly bool _wantsHiddenStates;
    private readonly CancellationToken _cancellationToken;
    private readonly List<RectangularOutput> _outputs = [];
    private readonly List<RectangularOutput> _hiddenStates = [];
    private readonly List<string> _omissions = [];

    private RectangularForward(
        RectangularBatch batch, ModelConfig config, bool hiddenStates, CancellationToken cancellationToken)
    {
        _batch = batch;
        _config = config;
        _wantsHiddenStates = hiddenStates;
        _cancellationToken = cancellationToken;
        try
        {
            for (int sequence = 0; sequence < batch.SequenceCount; sequence++)
                batch.AddTo(_tokens, sequence);
            _tokens.Validate(config);
        }
        catch (ArgumentException e)
        {
            throw new BatchException(e.Message, e);
        }
        for (int layer = 0; hiddenStates && layer <= config.LayerCount; layer++)
            _hiddenStates.Add(PerToken($"hidden_states.{layer}", config.HiddenSize));
    }

    /// <summary>Computes some sequences, of which the first is the whole batch's <paramref name="first"/>.</summary>
    private delegate void Chunk(TokenBatch tokens, int first);

    /// <summary>Every output of the model's class; one that the mask makes impossible is left out and the reason listed.</summary>
    /// <exception cref="BatchException">The batch does not fit the model; names the place.</exception>
    public static (IReadOnlyList<RectangularOutput> Outputs, IReadOnlyList<string> Omissions) Run(
        PreTrainedModel model, ModelArchitecture architecture, RectangularBatch batch, bool hiddenStates, CancellationToken cancellationToken)
    {
        bool takesChoices = architecture == ModelArchitecture.MultipleChoice;
        if (takesChoices != (batch.Shape.Length == 3))
        {
            throw new BatchException($"input_ids is [{string.Join(", ", batch.Shape)}], expected " +
                $"{(takesChoices ? "[batch, choices, sequence]" : "[batch, sequence]")} for {model.Config.NameOf(architecture)}");
        }
        RectangularForward forward = new(batch, model.Config, hiddenStates, cancellationToken);
        forward.ForEachChunk(architecture switch
        {
            ModelArchitecture.Model => forward.Encoder(new EncoderHead(model)),
            ModelArchitecture.PreTraining => forward.PreTraining(new PreTrainingHead(model)),
            ModelArchitecture.MaskedLM => forward.PerTokenLogits(new MaskedLMHead(model), model.Config.VocabularySize),
            ModelArchitecture.TokenClassification => forward.PerTokenLogits(new TokenClassificationHead(model), model.Config.LabelCount),
            ModelArchitecture.QuestionAnswering => forward.Answering(new QuestionAnsweringHead(model)),
            ModelArchitecture.SequenceClassification => forward.PooledLogits(new SequenceClassificationHead(model), model.Config.LabelCount),
            ModelArchitecture.NextSentencePrediction => forward.PooledLogits(new SentencePairHead(model), labels: 2),
            ModelArchitecture.MultipleChoice => forward.Choices(new MultipleChoiceHead(model)),
            _ => throw new ArgumentOutOfRangeException(nameof(architecture), architecture, "not a class"),
        });
        return ([.. forward._outputs, .. forward._hiddenStates], forward._omissions);
    }

    private Chunk Encoder(EncoderHead head)
    {
        RectangularOutput last = Add(PerToken("last_hidden_state", _config.HiddenSize));
        RectangularOutput? pooled = AddPooled("pooler_output", _config.HiddenSize, head.PoolingRefusal(_tokens));
        EncoderOutput output = new();
        return (tokens, first) =>
        {
            head.Forward(tokens, output, _wantsHiddenStates, _cancellationToken);
            PlaceTokens(last, output.LastHiddenState, tokens, first);
            if (pooled is not null)
                pooled.PlaceSequences(output.PooledOutput, first);
            PlaceHiddenStates(output, tokens, first);
        };
    }

    private Chunk PreTraining(PreTrainingHead head)
    {
        RectangularOutput predictions = Add(PerToken("prediction_logits", _config.VocabularySize));
        RectangularOutput? sentenceOrder = AddPooled(head.SentencePairLogitsName, head.SentencePairLabelCount, _tokens.PoolingRefusal());
        PreTrainingOutput output = new();
        return (tokens, first) =>
        {
            head.Forward(tokens, output, _wantsHiddenStates, _cancellationToken);
            PlaceTokens(predictions, output.PredictionLogits, tokens, first);
            if (sentenceOrder is not null)
                sentenceOrder.PlaceSequences(output.SentencePairLogits, first);
            PlaceHiddenStates(output, tokens, first);
        };
    }

    private Chunk Answering(QuestionAnsweringHead head)
    {
        RectangularOutput starts = Add(new("start_logits", [_batch.SequenceCount, _batch.Columns], 1));
        RectangularOutput ends = Add(new("end_logits", [_batch.SequenceCount, _batch.Columns], 1));
        LogitsOutput output = new();
        return (tokens, first) =>
        {
            head.Forward(tokens, output, _wantsHiddenStates, _cancellationToken);
            starts.PlaceTokens(output.Logits, QuestionAnsweringHead.Start, tokens, first, _batch.Columns);
            ends.PlaceTokens(output.Logits, QuestionAnsweringHead.End, tokens, first, _batch.Columns);
            PlaceHiddenStates(output, tokens, first);
        };
    }

    private Chunk PerTokenLogits(Head<LogitsOutput> head, int width)
    {
        RectangularOutput logits = Add(PerToken("logits", width));
        LogitsOutput output = new();
        return (tokens, first) =>
        {
            head.Forward(tokens, output, _wantsHiddenStates, _cancellationToken);
            PlaceTokens(logits, output.Logits, tokens, first);
            PlaceHiddenStates(output, tokens, first);
        };
    }

    private Chunk PooledLogits(Head<LogitsOutput> head, int labels) =>
        SequenceLogits(head, new("logits", [_batch.SequenceCount, labels], labels));

    private Chunk Choices(MultipleChoiceHead head) => SequenceLogits(head, new("logits", _batch.Shape[..^1], 1));

    private Chunk SequenceLogits(Head<LogitsOutput> head, RectangularOutput logits)
    {
        if (_tokens.PoolingRefusal() is string refusal)
            throw new BatchException(refusal);
        Add(logits);
        LogitsOutput output = new();
        return (tokens, first) =>
        {
            head.Forward(tokens, output, _wantsHiddenStates, _cancellationToken);
            logits.PlaceSequences(output.Logits, first);
            PlaceHiddenStates(output, tokens, first);
        };
    }

    private void ForEachChunk(Chunk run)
    {
        TokenBatch chunk = new();
        int first = 0;
        for (int sequence = 0; sequence < _batch.SequenceCount; sequence++)
        {
            _batch.AddTo(chunk, sequence);
            int next = sequence + 1;
            if (next < _batch.SequenceCount && chunk.TokenCount + _tokens.RowsOf(next).Length <= TokensAtOnce)
                continue;
            run(chunk, first);
            chunk.Clear();
            first = next;
        }
    }

    private RectangularOutput Add(RectangularOutput output)
    {
        _outputs.Add(output);
        return output;
    }

    private RectangularOutput? AddPooled(string name, int width, string? refusal)
    {
        if (refusal is null)
            return Add(new(name, [_batch.SequenceCount, width], width));
        _omissions.Add($"{name} is left out: {refusal}");
        return null;
    }

    private RectangularOutput PerToken(string name, int width) =>
        new(name, [_batch.SequenceCount, _batch.Columns, width], width);

    private void PlaceTokens(RectangularOutput output, Matrix source, TokenBatch tokens, int first) =>
        output.PlaceTokens(source, 0, tokens, first, _batch.Columns);

    private void PlaceHiddenStates(ModelOutput output, TokenBatch tokens, int first)
    {
        for (int layer = 0; layer < output.HiddenStates.Length; layer++)
            PlaceTokens(_hiddenStates[layer], output.HiddenStates[layer], tokens, first);
    }
}
