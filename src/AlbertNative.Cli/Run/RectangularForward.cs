using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>Runs a model over a <see cref="RectangularBatch"/>, a few sequences at a time, and collects its outputs.</summary>
internal sealed class RectangularForward
{
    /// <summary>Enough tokens for the products to be efficient, few enough that their word scores stay small.</summary>
    private const int TokensAtOnce = 1024;

    private readonly RectangularBatch _batch;
    private readonly TokenBatch _tokens = new();
    private readonly AlbertConfig _config;
    private readonly bool _wantsHiddenStates;
    private readonly CancellationToken _cancellation;
    private readonly List<RectangularOutput> _outputs = [];
    private readonly List<RectangularOutput> _hiddenStates = [];
    private readonly List<string> _omissions = [];

    private RectangularForward(
        RectangularBatch batch, AlbertConfig config, bool hiddenStates, CancellationToken cancellation)
    {
        _batch = batch;
        _config = config;
        _wantsHiddenStates = hiddenStates;
        _cancellation = cancellation;
        for (int sequence = 0; sequence < batch.SequenceCount; sequence++)
            batch.AddTo(_tokens, sequence);
        _tokens.Validate(config);
        for (int layer = 0; hiddenStates && layer <= config.LayerCount; layer++)
            _hiddenStates.Add(PerToken($"hidden_states.{layer}", config.HiddenSize));
    }

    /// <summary>Computes some sequences, of which the first is the whole batch's <paramref name="first"/>.</summary>
    private delegate void Chunk(TokenBatch tokens, int first);

    /// <summary>Every output of the model's class; one that the mask makes impossible is left out and the reason listed.</summary>
    /// <exception cref="ArgumentException">The batch does not fit the model; names the place.</exception>
    public static (IReadOnlyList<RectangularOutput> Outputs, IReadOnlyList<string> Omissions) Run(
        AlbertPreTrainedModel model, RectangularBatch batch, bool hiddenStates, CancellationToken cancellation)
    {
        bool takesChoices = model.Architecture == AlbertArchitecture.AlbertForMultipleChoice;
        if (takesChoices != (batch.Shape.Length == 3))
        {
            throw new ArgumentException($"input_ids is [{string.Join(", ", batch.Shape)}], expected " +
                $"{(takesChoices ? "[batch, choices, sequence]" : "[batch, sequence]")} for {model.Architecture}");
        }
        RectangularForward forward = new(batch, model.Config, hiddenStates, cancellation);
        forward.ForEachChunk(model switch
        {
            AlbertModel encoder => forward.Encoder(encoder),
            AlbertForPreTraining preTraining => forward.PreTraining(preTraining),
            AlbertForQuestionAnswering answering => forward.Answering(answering),
            AlbertPerTokenModel perToken => forward.PerTokenLogits(perToken),
            AlbertPooledModel pooled => forward.PooledLogits(pooled),
            _ => throw new ArgumentException($"{model.Architecture} has no outputs", nameof(model)),
        });
        return ([.. forward._outputs, .. forward._hiddenStates], forward._omissions);
    }

    private Chunk Encoder(AlbertModel model)
    {
        RectangularOutput last = Add(PerToken("last_hidden_state", _config.HiddenSize));
        RectangularOutput? pooled = AddPooled("pooler_output", _config.HiddenSize, model.PoolingRefusal(_tokens));
        AlbertModelOutput output = new();
        return (tokens, first) =>
        {
            model.Forward(tokens, output, _wantsHiddenStates, _cancellation);
            PlaceTokens(last, output.LastHiddenState, tokens, first);
            if (pooled is not null)
                pooled.PlaceSequences(output.PooledOutput, first);
            PlaceHiddenStates(output, tokens, first);
        };
    }

    private Chunk PreTraining(AlbertForPreTraining model)
    {
        RectangularOutput predictions = Add(PerToken("prediction_logits", _config.VocabularySize));
        RectangularOutput? sentenceOrder = AddPooled("sop_logits", _config.LabelCount, _tokens.PoolingRefusal());
        PreTrainingOutput output = new();
        return (tokens, first) =>
        {
            model.Forward(tokens, output, _wantsHiddenStates, _cancellation);
            PlaceTokens(predictions, output.PredictionLogits, tokens, first);
            if (sentenceOrder is not null)
                sentenceOrder.PlaceSequences(output.SentenceOrderLogits, first);
            PlaceHiddenStates(output, tokens, first);
        };
    }

    private Chunk Answering(AlbertForQuestionAnswering model)
    {
        RectangularOutput starts = Add(new("start_logits", [_batch.SequenceCount, _batch.Columns], 1));
        RectangularOutput ends = Add(new("end_logits", [_batch.SequenceCount, _batch.Columns], 1));
        LogitsOutput output = new();
        return (tokens, first) =>
        {
            model.Forward(tokens, output, _wantsHiddenStates, _cancellation);
            starts.PlaceTokens(output.Logits, AlbertForQuestionAnswering.Start, tokens, first, _batch.Columns);
            ends.PlaceTokens(output.Logits, AlbertForQuestionAnswering.End, tokens, first, _batch.Columns);
            PlaceHiddenStates(output, tokens, first);
        };
    }

    private Chunk PerTokenLogits(AlbertPerTokenModel model)
    {
        RectangularOutput logits = Add(PerToken("logits", model.LogitCount));
        LogitsOutput output = new();
        return (tokens, first) =>
        {
            model.Forward(tokens, output, _wantsHiddenStates, _cancellation);
            PlaceTokens(logits, output.Logits, tokens, first);
            PlaceHiddenStates(output, tokens, first);
        };
    }

    private Chunk PooledLogits(AlbertPooledModel model)
    {
        _tokens.RequirePooling();
        RectangularOutput logits = Add(model is AlbertForMultipleChoice
            ? new("logits", _batch.Shape[..^1], 1)
            : new("logits", [_batch.SequenceCount, _config.LabelCount], _config.LabelCount));
        LogitsOutput output = new();
        return (tokens, first) =>
        {
            model.Forward(tokens, output, _wantsHiddenStates, _cancellation);
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
