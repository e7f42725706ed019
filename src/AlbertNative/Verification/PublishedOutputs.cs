using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>What a published model's authors, or transformers' own tests, say that it computes.</summary>
internal sealed record PublishedOutputs
{
    /// <summary>The models that are known.</summary>
    /// <remarks>Values: tests/models/albert/test_modeling_albert.py of transformers; the fill-mask example of the model's card.</remarks>
    public static IReadOnlyList<PublishedOutputs> Known { get; } =
    [
        new()
        {
            Names = ["albert/albert-base-v2", "albert-base-v2"],
            InputIds = [0, 345, 232, 328, 740, 140, 1695, 69, 6078, 1588, 2],
            AttentionMask = [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
            FirstColumn = 1,
            FirstUnit = 1,
            HiddenStates = [[-0.6513f, 1.5035f, -0.2766f], [-0.6515f, 1.5046f, -0.2780f], [-0.6512f, 1.5049f, -0.2784f]],
            Text = "This is a test",
            TextIds = [48, 25, 21, 1289],
            MaskedText = "Paris is the [MASK] of France.",
            Fills = ["capital", "capitol", "comune", "arrondissement", "bastille"],
        },
    ];

    /// <summary>What the model is called.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    public required int[] InputIds { get; init; }

    public required int[] AttentionMask { get; init; }

    /// <summary>The first column of <see cref="HiddenStates"/>.</summary>
    public required int FirstColumn { get; init; }

    /// <summary>The first hidden unit of <see cref="HiddenStates"/>.</summary>
    public required int FirstUnit { get; init; }

    /// <summary>Some of the last hidden states, to 1e-4.</summary>
    public required float[][] HiddenStates { get; init; }

    public float Tolerance { get; init; } = 1e-4f;

    public required string Text { get; init; }

    /// <summary>The text's ids, without special tokens.</summary>
    public required int[] TextIds { get; init; }

    public required string MaskedText { get; init; }

    /// <summary>The best tokens for the mask, in order.</summary>
    public required string[] Fills { get; init; }

    /// <summary>
    /// The entry that a model claims to be: by the name on the hub that its provenance gives, or by its place in the hub's
    /// cache. A bare name in the provenance may be a folder's, and claims nothing unless a revision stands beside it.
    /// </summary>
    public static PublishedOutputs? Claimed(ModelFiles files, IReadOnlyList<PublishedOutputs> known)
    {
        ModelOrigin? provenance = ProvenanceOf(files);
        bool claims = provenance is { Revision: not null } || provenance?.Name.Contains('/', StringComparison.Ordinal) == true;
        return claims ? Named(provenance!.Name, known) : Named(ModelOrigin.OfCached(files.Path)?.Name, known);
    }

    /// <summary>The entry whose name a folder, or a converted folder, has without claiming to be it.</summary>
    public static PublishedOutputs? Namesake(ModelFiles files, IReadOnlyList<PublishedOutputs> known) =>
        Named(ProvenanceOf(files)?.Name, known)
        ?? Named(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(files.Path))), known);

    /// <summary>Compares the model's hidden states; null where they agree.</summary>
    public string? CompareStates(EncoderHead head, CancellationToken cancellationToken)
    {
        if (Unfit(head.Model.Config) is string unfit)
            return unfit;
        TokenBatch batch = new();
        batch.Add(InputIds, attentionMask: AttentionMask);
        EncoderOutput output = head.Forward(batch, cancellationToken: cancellationToken);
        for (int i = 0; i < HiddenStates.Length; i++)
        {
            if (!batch.TryGetRow(0, FirstColumn + i, out int row))
                return $"column {FirstColumn + i} is masked";
            for (int j = 0; j < HiddenStates[i].Length; j++)
            {
                float found = output.LastHiddenState[row][FirstUnit + j], expected = HiddenStates[i][j];
                if (!(Math.Abs(found - expected) <= Tolerance))
                    return FormattableString.Invariant($"last_hidden_state[0, {FirstColumn + i}, {FirstUnit + j}] is {found:F4}, published is {expected:F4}");
            }
        }
        return null;
    }

    /// <summary>Compares what the tokenizer makes of a text; null where they agree.</summary>
    public string? CompareIds(Tokenizer tokenizer)
    {
        Encoding encoding = tokenizer.Encode(Text, EncodeOptions.Default with { AddSpecialTokens = false });
        return encoding.Ids.SequenceEqual(TextIds)
            ? null
            : $"\"{Text}\" is {string.Join(", ", encoding.Ids.ToArray())}, published is {string.Join(", ", TextIds)}";
    }

    /// <summary>Compares what the masked language model fills in; null where they agree.</summary>
    public string? CompareFills(MaskFiller filler, CancellationToken cancellationToken)
    {
        IEnumerable<string> fills = filler.Fill(MaskedText, new() { TopK = Fills.Length }, cancellationToken)[0].Select(fill => fill.Text);
        return fills.SequenceEqual(Fills)
            ? null
            : $"\"{MaskedText}\" is filled with {string.Join(", ", fills)}; published are {string.Join(", ", Fills)}";
    }

    private static ModelOrigin? ProvenanceOf(ModelFiles files) => files.Provenance is ModelProvenance provenance
        ? ModelOrigin.Parse(provenance.Source) with { Revision = provenance.Revision ?? ModelOrigin.Parse(provenance.Source).Revision }
        : null;

    private static PublishedOutputs? Named(string? name, IReadOnlyList<PublishedOutputs> known) =>
        name is null ? null : known.FirstOrDefault(model => model.Names.Contains(name));

    private string? Unfit(ModelConfig config)
    {
        int ids = InputIds.Max() + 1, units = FirstUnit + HiddenStates[0].Length;
        if (config.VocabularySize < ids)
            return $"the model has {config.VocabularySize} embeddings, the published ids reach {ids - 1}";
        if (config.HiddenSize < units || config.MaxPositionCount < InputIds.Length)
            return $"the model has {config.HiddenSize} hidden units and {config.MaxPositionCount} positions, too few for what is published";
        return null;
    }
}
