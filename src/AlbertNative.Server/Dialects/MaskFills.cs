using System.Text;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects;

/// <summary>The filling of masks, which every dialect asks in its own words.</summary>
internal static class MaskFills
{
    /// <summary>What a fill has in an answer beside its text.</summary>
    private const int FillBytes = 64;

    /// <summary>The fills of each mask of each text.</summary>
    /// <param name="work">The request and its model.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="options">How many, and among which.</param>
    /// <param name="longTexts">What happens to texts that are too long.</param>
    /// <param name="field">What the request calls the texts.</param>
    /// <param name="targets">What it calls the words that are asked about.</param>
    /// <exception cref="RequestException">A text has no mask, no target is in the vocabulary, or the answer would be too large.</exception>
    public static async Task<IReadOnlyList<IReadOnlyList<IReadOnlyList<MaskFill>>>> RunAsync(
        RequestWork work, string[] texts, FillMaskOptions options, Overlong longTexts, string field, string targets)
    {
        MaskFiller filler = work.Model.Task<MaskFiller>(ServedModel.OptionsOf(longTexts));
        TaskOperation<string, IReadOnlyList<IReadOnlyList<MaskFill>>> operation;
        try
        {
            operation = filler.Operation(options);
        }
        catch (ArgumentException)
        {
            throw new RequestException(ErrorKind.Invalid, $"none of `{targets}` is in the vocabulary", targets);
        }
        // Each fill has the whole text: so many as the request asks, for so many masks.
        long fills = Math.Min(options.TopK, options.Targets?.Count ?? work.Model.Model.Tokenizer.VocabularySize);
        long bytes = texts.Sum(text => MasksIn(text, filler.MaskToken) * fills * (FillBytes + Encoding.UTF8.GetByteCount(text)));
        return await work.RunAsync(operation, texts, field, _ => bytes).ConfigureAwait(false);
    }

    private static long MasksIn(string text, string mask)
    {
        long count = 0;
        for (int at = 0; (at = text.IndexOf(mask, at, StringComparison.Ordinal)) >= 0; at += mask.Length)
            count++;
        return count;
    }
}
