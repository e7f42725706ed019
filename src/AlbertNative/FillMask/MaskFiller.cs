using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>Says which words a text's <c>[MASK]</c>s may stand for: Hugging Face's fill-mask pipeline.</summary>
public sealed class MaskFiller : AlbertTask
{
    private readonly AlbertForMaskedLM _model;

    /// <summary>Makes the task of a model that the caller keeps.</summary>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    public MaskFiller(AlbertForMaskedLM model, Tokenizer tokenizer, TaskOptions? options = null)
        : this(model, tokenizer, options ?? TaskOptions.Default, ownsModel: false)
    {
    }

    private MaskFiller(AlbertForMaskedLM model, Tokenizer tokenizer, TaskOptions options, bool ownsModel)
        : base(model, tokenizer, options, ownsModel)
    {
        _model = model;
        if (tokenizer.MaskId < 0)
            throw new ArgumentException("the tokenizer has no mask token", nameof(tokenizer));
    }

    /// <summary>Loads a model from whatever <see cref="ModelFiles.Open"/> takes: a directory, a one-file model, or a name on the hub.</summary>
    /// <exception cref="FormatException">A file is malformed or not supported; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static MaskFiller Load(string path, TaskOptions? options = null)
    {
        options ??= TaskOptions.Default;
        return Load(
            path,
            options,
            AlbertForMaskedLM.Load,
            (model, tokenizer) => new MaskFiller(model, tokenizer, options, ownsModel: true));
    }

    /// <summary>The best tokens for each mask of a text.</summary>
    /// <param name="text">A text with one <c>[MASK]</c> or more.</param>
    /// <param name="options">How many, and among which.</param>
    /// <param name="cancellation">Stops the computation.</param>
    /// <returns>For each mask in order its tokens, best first.</returns>
    /// <exception cref="ArgumentException">The text has no mask, or too many tokens; or no target has a token.</exception>
    public IReadOnlyList<IReadOnlyList<MaskFill>> Fill(
        string text, FillMaskOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Fill([text], options, cancellation).Single();
    }

    /// <summary>The best tokens for each mask of each text: lazily, in order, many texts in one pass.</summary>
    /// <exception cref="ArgumentException">When a text's turn comes that has no mask, or too many tokens.</exception>
    public IEnumerable<IReadOnlyList<IReadOnlyList<MaskFill>>> Fill(
        IEnumerable<string> texts, FillMaskOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= FillMaskOptions.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(options.TopK, 1);
        int[]? targets = options.Targets is null ? null : ResolveTargets(options.Targets);
        return Stream<string, LogitsOutput, IReadOnlyList<IReadOnlyList<MaskFill>>>(
            texts, Encode, (batch, output) => Compute(batch, output, options.TopK, targets, cancellation), cancellation);
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
    private IReadOnlyList<IReadOnlyList<MaskFill>>[] Compute(
        ModelBatch<string> batch, LogitsOutput output, int topK, int[]? targets, CancellationToken cancellation)
    {
        int[][] masks = batch.Select((_, input) => MaskTokens(input.Encoding));
        int[][] rows = batch.Select((i, _) => Array.ConvertAll(masks[i], batch.TokenRows(i).ElementAt));
        _model.Forward(batch.Tokens, [.. rows.SelectMany(row => row)], output, cancellation);

        int logits = 0;
        return batch.Select((i, input) => (IReadOnlyList<IReadOnlyList<MaskFill>>)
            [.. masks[i].Select(mask => Best(input.Encoding, mask, masks[i].Length == 1, output.Logits[logits++], topK, targets))]);
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
        int[] best = targets is null
            ? Probabilities.TopK(scores, topK)
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
