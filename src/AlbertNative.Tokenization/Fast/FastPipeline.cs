using AlbertNative.Tokenization.Fast.Decoders;
using AlbertNative.Tokenization.Fast.Models;
using AlbertNative.Tokenization.Fast.Normalizers;
using AlbertNative.Tokenization.Fast.PreTokenizers;

namespace AlbertNative.Tokenization.Fast;

/// <summary>The parts of a fast tokenizer, as a file describes them or a conversion makes them.</summary>
internal sealed record FastPipeline
{
    /// <summary>The steps from the caller's text to the normalized one.</summary>
    public required Normalizer[] Normalizers { get; init; }

    /// <summary>The steps that split the normalized text.</summary>
    public required PreTokenizer[] PreTokenizers { get; init; }

    /// <summary>From splits to tokens.</summary>
    public required TokenModel Model { get; init; }

    /// <summary>Tokens that are found in the text itself.</summary>
    public required AddedEntry[] AddedTokens { get; init; }

    /// <summary>The special tokens around texts.</summary>
    public required SequenceTemplate Template { get; init; }

    /// <summary>From tokens back to text; null joins them with spaces.</summary>
    public required TokenDecoder? Decoder { get; init; }

    /// <summary>How the file would truncate, were it asked to; null where it would not.</summary>
    public FileTruncation? Truncation { get; init; }

    /// <summary>How the file would pad, were it asked to; null where it would not.</summary>
    public FilePadding? Padding { get; init; }

    /// <summary>Both as options of a call, or null where there is neither.</summary>
    /// <exception cref="NotSupportedException">The file truncates texts from their start.</exception>
    public EncodeOptions? FileOptions
    {
        get
        {
            if (Truncation is null && Padding is null)
                return null;
            if (Truncation is { FromLeft: true })
                throw new NotSupportedException("The tokenizer's file truncates texts from the left, which is not supported.");
            return new EncodeOptions
            {
                MaxLength = Truncation?.MaxLength,
                Truncation = Truncation?.Strategy ?? TruncationStrategy.LongestFirst,
                Stride = Truncation?.Stride,
                Padding = Padding is null ? null : new PaddingOptions
                {
                    Length = Padding.Length,
                    MultipleOf = Padding.MultipleOf,
                    TokenId = Padding.PadId,
                    TokenTypeId = Padding.PadTypeId,
                    Left = Padding.FromLeft,
                },
            };
        }
    }

    /// <summary>The id of a token, added or of the vocabulary, or -1.</summary>
    public int IdOf(string token)
    {
        AddedEntry added = Array.Find(AddedTokens, entry => entry.Token.Content == token);
        return added.Token is null ? Model.IdOf(token) : added.Id;
    }
}

/// <summary>The truncation that a <c>tokenizer.json</c> was saved with.</summary>
/// <param name="MaxLength">The most tokens, special tokens included.</param>
/// <param name="Strategy">Which text gives way.</param>
/// <param name="Stride">How many tokens windows share.</param>
/// <param name="FromLeft">Whether tokens go from the start of a text instead of its end.</param>
internal sealed record FileTruncation(int MaxLength, TruncationStrategy Strategy, int Stride, bool FromLeft);

/// <summary>The padding that a <c>tokenizer.json</c> was saved with.</summary>
/// <param name="Length">The length to pad to; null is that of the longest text of a batch.</param>
/// <param name="MultipleOf">What lengths are rounded up to; null does not round.</param>
/// <param name="PadId">The padding token's id.</param>
/// <param name="PadTypeId">Its token type.</param>
/// <param name="PadToken">The padding token.</param>
/// <param name="FromLeft">Whether padding stands before the text.</param>
internal sealed record FilePadding(int? Length, int? MultipleOf, int PadId, int PadTypeId, string PadToken, bool FromLeft);
