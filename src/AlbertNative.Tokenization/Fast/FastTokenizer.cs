using AlbertNative.Tokenization.Fast.Reading;
using AlbertNative.Tokenization.SentencePiece;

namespace AlbertNative.Tokenization.Fast;

/// <summary>Makes fast encoders from files.</summary>
internal static class FastTokenizer
{
    /// <summary>Makes an encoder of a <c>tokenizer.json</c>.</summary>
    /// <param name="utf8">The file's content.</param>
    /// <param name="settings">What stands beside it: which tokens have a role, the model's longest input.</param>
    /// <param name="options">Whose reading of it is wanted, and the caller's overrides where that allows any.</param>
    /// <param name="source">The file's name for messages, or null.</param>
    /// <exception cref="TokenizerFormatException">It is malformed or has something that is not supported.</exception>
    public static FastEncoder FromTokenizerJson(
        ReadOnlySpan<byte> utf8, TokenizerSettings settings, TokenizerOptions options, string? source)
    {
        FastPipeline file = TokenizerJsonReader.Read(utf8, source);
        FastPipeline pipeline = options.Semantics == TokenizerSemantics.Transformers5 && !settings.HonoursPipeline
            ? new Transformers5(settings, options).FromTokenizerJson(file)
            : file;
        return Make(pipeline, settings, options, source);
    }

    /// <summary>Makes an encoder of a <c>spiece.model</c>, as transformers converts it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="settings">What stands beside it.</param>
    /// <param name="options">Which version's conversion is wanted, and the caller's overrides.</param>
    /// <exception cref="TokenizerFormatException">The model cannot be converted.</exception>
    public static FastEncoder FromSentencePiece(ModelProto model, TokenizerSettings settings, TokenizerOptions options)
    {
        FastPipeline pipeline = options.Semantics == TokenizerSemantics.Transformers5
            ? new Transformers5(settings, options).FromSentencePiece(model)
            : AlbertConversion.Convert(model, settings, options);
        return Make(pipeline, settings, options, model.Source);
    }

    private static FastEncoder Make(FastPipeline pipeline, TokenizerSettings settings, TokenizerOptions options, string? source)
    {
        int IdOf(string token)
        {
            AddedEntry added = Array.Find(pipeline.AddedTokens, entry => entry.Token.Content == token);
            return added.Token is null ? pipeline.Model.IdOf(token) : added.Id;
        }
        SpecialTokens special = new(
            IdOf(settings.PadToken?.Content ?? pipeline.Padding?.PadToken ?? "<pad>"),
            pipeline.Model.UnknownId,
            IdOf(settings.ClsToken?.Content ?? "[CLS]"),
            IdOf(settings.SepToken?.Content ?? "[SEP]"),
            IdOf(settings.MaskToken?.Content ?? "[MASK]"));
        try
        {
            return new FastEncoder(pipeline, options.Semantics ?? TokenizerSemantics.Fast, special, settings.ModelMaxLength);
        }
        catch (FormatException e) when (e is not TokenizerFormatException)
        {
            throw new TokenizerFormatException(source, e.Message, e);
        }
    }
}
