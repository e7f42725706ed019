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

    /// <summary>The entry of a model that is called so by its provenance, its path or the hub's cache; null where there is none.</summary>
    public static PublishedOutputs? Find(ModelFiles files, IEnumerable<PublishedOutputs> known)
    {
        // The hub's cache has models--ORG--NAME/snapshots/COMMIT.
        string[] folders = Path.GetFullPath(files.Path).Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        string[] names =
        [
            files.Provenance?.Source ?? "",
            folders[^1],
            folders.Length >= 3 && folders[^2] == "snapshots" ? folders[^3].Replace("models--", "").Replace("--", "/") : "",
        ];
        return known.FirstOrDefault(model => model.Names.Any(names.Contains));
    }

    /// <summary>Compares the model's hidden states; null where they agree.</summary>
    public string? CompareStates(AlbertModel model, CancellationToken cancellation)
    {
        TokenBatch batch = new();
        batch.Add(InputIds, attentionMask: AttentionMask);
        AlbertModelOutput output = model.Forward(batch, cancellation: cancellation);
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

    /// <summary>Compares what the tokenizer and the masked language model make of texts; null where they agree.</summary>
    public string? CompareTexts(AlbertTokenizer tokenizer, MaskFiller filler, CancellationToken cancellation)
    {
        Encoding encoding = tokenizer.Encode(Text, EncodeOptions.Default with { AddSpecialTokens = false });
        if (!encoding.Ids.SequenceEqual(TextIds))
            return $"\"{Text}\" is {string.Join(", ", encoding.Ids.ToArray())}, published is {string.Join(", ", TextIds)}";
        IEnumerable<string> fills = filler.Fill(MaskedText, new() { TopK = Fills.Length }, cancellation)[0].Select(fill => fill.Text);
        return fills.SequenceEqual(Fills)
            ? null
            : $"\"{MaskedText}\" is filled with {string.Join(", ", fills)}; published are {string.Join(", ", Fills)}";
    }
}
