namespace AlbertNative.Tokenization.Slow;

/// <summary>The special tokens of a slow tokenizer: what its files say, and its class's defaults.</summary>
/// <param name="Bos"><c>bos_token</c>.</param>
/// <param name="Eos"><c>eos_token</c>.</param>
/// <param name="Unknown"><c>unk_token</c>.</param>
/// <param name="Sep"><c>sep_token</c>.</param>
/// <param name="Pad"><c>pad_token</c>.</param>
/// <param name="Cls"><c>cls_token</c>.</param>
/// <param name="Mask"><c>mask_token</c>.</param>
/// <param name="Additional"><c>additional_special_tokens</c>.</param>
internal sealed record SpecialTokenRoles(
    AddedToken? Bos, AddedToken? Eos, AddedToken Unknown, AddedToken Sep, AddedToken Pad, AddedToken Cls, AddedToken Mask,
    IReadOnlyList<AddedToken> Additional)
{
    /// <summary>All of them once, in the order in which those that the vocabulary lacks follow it.</summary>
    public IEnumerable<AddedToken> Tokens
    {
        get
        {
            AddedToken?[] roles = [Bos, Eos, Unknown, Sep, Pad, Cls, Mask];
            return roles.OfType<AddedToken>().Concat(Additional).DistinctBy(token => token.Content);
        }
    }

    /// <summary>Those of transformers' <c>AlbertTokenizer</c>.</summary>
    public static SpecialTokenRoles Albert(TokenizerSettings settings) => new(
        settings.BosToken ?? Special("[CLS]"),
        settings.EosToken ?? Special("[SEP]"),
        settings.UnkToken ?? Special("<unk>"),
        settings.SepToken ?? Special("[SEP]"),
        settings.PadToken ?? Special("<pad>"),
        settings.ClsToken ?? Special("[CLS]"),
        settings.MaskToken ?? Special("[MASK]") with { LeftStrip = true },
        settings.AdditionalSpecialTokens);

    /// <summary>Those of transformers' <c>BertTokenizer</c>, to which a mask given as a plain string takes no space.</summary>
    public static SpecialTokenRoles Bert(TokenizerSettings settings) => new(
        settings.BosToken,
        settings.EosToken,
        settings.UnkToken ?? Special("[UNK]"),
        settings.SepToken ?? Special("[SEP]"),
        settings.PadToken ?? Special("[PAD]"),
        settings.ClsToken ?? Special("[CLS]"),
        settings.MaskToken is AddedToken mask
            ? mask with { LeftStrip = mask.LeftStrip && !settings.HasPlainMask }
            : Special("[MASK]"),
        settings.AdditionalSpecialTokens);

    private static AddedToken Special(string content) => new(content) { Special = true };
}
