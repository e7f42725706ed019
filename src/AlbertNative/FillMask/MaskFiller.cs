using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>Says which words a text's <c>[MASK]</c>s may stand for: Hugging Face's fill-mask pipeline.</summary>
public sealed class MaskFiller : TextTask
{
    private readonly MaskedLMHead _head;
    private readonly OutputPool<LogitsOutput> _outputs = new();

    /// <summary>Makes the task of an opened model, which stays the caller's.</summary>
    /// <exception cref="FormatException">The model does not hold the head's weights.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    public MaskFiller(TextModel model, TaskOptions? options = null)
        : base(model, options)
    {
        _head = new MaskedLMHead(model.Transformer);
        if (model.Tokenizer.MaskId < 0)
            throw new ArgumentException("the tokenizer has no mask token", nameof(model));
    }

    /// <summary>The mask as a text writes it: <c>[MASK]</c>, unless the vocabulary has another.</summary>
    public string MaskToken => Tokenizer.IdToToken(Tokenizer.MaskId);

    /// <summary>What the task is called, and what it needs.</summary>
    public static TaskDescription Description { get; } = new()
    {
        Name = "fill-mask",
        Command = "fill-mask",
        Summary = "Say which words a [MASK] may stand for",
        TelemetryName = "fill_mask",
        Architectures = [ModelArchitecture.MaskedLM],
        TaskType = typeof(MaskFiller),
        Create = (model, options) => new MaskFiller(model, options),
    };

    /// <summary>Opens a model for this task alone: a directory, a one-file model, or a name on the hub (<see cref="TextModel.Open"/>).</summary>
    /// <exception cref="FormatException">A file is malformed, not supported, or lacks the task's head; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static MaskFiller Load(string path, TaskOptions? options = null, TextModelOptions? modelOptions = null) =>
        Own(TextModel.Open(path, modelOptions), model => new MaskFiller(model, options));

    /// <summary>The best tokens for each mask of a text.</summary>
    /// <param name="text">A text with one <c>[MASK]</c> or more.</param>
    /// <param name="options">How many, and among which.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>For each mask in order its tokens, best first.</returns>
    /// <exception cref="ArgumentException">The text has no mask, or too many tokens; or no target has a token.</exception>
    public IReadOnlyList<IReadOnlyList<MaskFill>> Fill(
        string text, FillMaskOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Operation(options).Run(text, cancellationToken);
    }

    /// <summary>The best tokens for each mask of each text: lazily, in order, many texts in one pass.</summary>
    /// <exception cref="ArgumentException">When a text's turn comes that has no mask, or too many tokens.</exception>
    public IEnumerable<IReadOnlyList<IReadOnlyList<MaskFill>>> Fill(
        IEnumerable<string> texts, FillMaskOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Operation(options).Run(texts, cancellationToken);
    }

    /// <summary>As <see cref="Fill(string, FillMaskOptions, CancellationToken)"/>, without a thread that waits.</summary>
    /// <exception cref="ArgumentException">The text has no mask, or too many tokens; or no target has a token.</exception>
    public Task<IReadOnlyList<IReadOnlyList<MaskFill>>> FillAsync(
        string text, FillMaskOptions? options = null, CancellationToken cancellationToken = default) =>
        Operation(options).RunAsync(text, cancellationToken);

    /// <summary>The filling of masks in its parts.</summary>
    /// <exception cref="ArgumentException">No target has a token.</exception>
    public TaskOperation<string, IReadOnlyList<IReadOnlyList<MaskFill>>> Operation(FillMaskOptions? options = null)
    {
        options ??= FillMaskOptions.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(options.TopK, 1);
        int[]? targets = options.Targets is null ? null : ResolveTargets(options.Targets);
        return Operation<string, LogitsOutput, IReadOnlyList<IReadOnlyList<MaskFill>>>(
            _outputs, Encode, new(Forward, ForwardAsync, Prepare), (batch, i, output) => Finish(batch, i, output, options.TopK, targets));
    }

    /// <summary>The token that is scored for a target word; null where the tokenizer makes none of it.</summary>
    public MaskTarget? ResolveTarget(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (Tokenizer.TryGetId(target, out int id))
            return new(target, id, target, TokenCount: 1);
        Encoding encoding = Tokenizer.Encode(target, EncodeOptions.Default with { AddSpecialTokens = false });
        return encoding.Count == 0
            ? null
            : new(target, encoding.Ids[0], Tokenizer.IdToToken(encoding.Ids[0]), encoding.Count);
    }

    private int[] ResolveTargets(IReadOnlyCollection<string> targets)
    {
        int[] ids = [.. targets.Select(ResolveTarget).OfType<MaskTarget>().Select(target => target.TokenId).Distinct()];
        return ids.Length > 0
            ? ids
            : throw new ArgumentException($"no target has a token in the vocabulary: {string.Join(", ", targets)}", nameof(targets));
    }

    private EncodedInput<string> Encode(string text)
    {
        EncodedInput<string> input = Inputs.Encode(text, text);
        return input.Encoding.Ids.Contains(Tokenizer.MaskId)
            ? input
            : throw new ArgumentException($"the text has no {Tokenizer.IdToToken(Tokenizer.MaskId)}", nameof(text));
    }

    // Last layer and head are computed for the masks' rows alone.
    private void Forward(ModelBatch<string> batch, LogitsOutput output, CancellationToken cancellationToken) =>
        _head.Forward(batch.Tokens, MaskRows(batch), output, cancellationToken);

    private ValueTask ForwardAsync(ModelBatch<string> batch, LogitsOutput output, CancellationToken cancellationToken) =>
        _head.ForwardAsync(batch.Tokens, MaskRows(batch), output, cancellationToken);

    private PreparedCall Prepare(ModelBatch<string> batch, LogitsOutput output) =>
        _head.Prepare(batch.Tokens, MaskRows(batch), output);

    private int[] MaskRows(ModelBatch<string> batch) => batch.Select((i, input) =>
    {
        int[] rows = batch.TokenRows(i);
        return Array.ConvertAll(MaskTokens(input.Encoding), mask => rows[mask]);
    });

    private List<IReadOnlyList<MaskFill>> Finish(ModelBatch<string> batch, int i, LogitsOutput output, int topK, int[]? targets)
    {
        Encoding encoding = batch.Inputs[i].Encoding;
        int[] masks = MaskTokens(encoding);
        List<IReadOnlyList<MaskFill>> fills = [];
        for (int m = 0; m < masks.Length; m++)
            fills.Add(Best(encoding, masks[m], masks.Length == 1, output.Logits[batch.FirstSelected(i) + m], topK, targets));
        return fills;
    }

    private int[] MaskTokens(Encoding encoding)
    {
        List<int> masks = [];
        for (int token = 0; token < encoding.Count; token++)
        {
            if (encoding.Ids[token] == Tokenizer.MaskId)
                masks.Add(token);
        }
        return [.. masks];
    }

    private MaskFill[] Best(Encoding encoding, int mask, bool onlyMask, ReadOnlySpan<float> logits, int topK, int[]? targets)
    {
        float[] scores = Probabilities.Softmax(logits);
        // A model may have more rows than its vocabulary has words, for the sake of a round number: those stand for nothing.
        int[] best = targets is null
            ? Probabilities.TopK(scores.AsSpan(0, Math.Min(scores.Length, Tokenizer.VocabularySize)), topK)
            : [.. Probabilities.TopK(Array.ConvertAll(targets, id => scores[id]), topK).Select(at => targets[at])];

        int[] ids = encoding.Ids.ToArray();
        return Array.ConvertAll(best, id =>
        {
            ids[mask] = id;
            string sequence = Tokenizer.Decode(ids, skipSpecialTokens: onlyMask);
            return new MaskFill(scores[id], id, Tokenizer.IdToToken(id), Tokenizer.Decode([id], skipSpecialTokens: false), sequence);
        });
    }
}
