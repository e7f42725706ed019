using AlbertNative.Tokenization.Fast.Models;
using AlbertNative.Tokenization.Fast.Reading;
using AlbertNative.Tokenization.SentencePiece;
using AlbertNative.Tokenization.WordPiece;

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
        if (options.Semantics != TokenizerSemantics.Transformers5)
            return Make(file, settings, options, source);
        Transformers5 transformers = new(settings, options);
        return Make(transformers.FromTokenizerJson(file), settings, options, source);
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

    /// <summary>Makes an encoder of a <c>vocab.txt</c>, as transformers converts it.</summary>
    /// <param name="utf8">The file's content.</param>
    /// <param name="settings">What stands beside it.</param>
    /// <param name="options">The caller's overrides.</param>
    /// <param name="source">The file's name for messages, or null.</param>
    /// <exception cref="TokenizerFormatException">The vocabulary cannot be converted.</exception>
    public static FastEncoder FromVocabulary(
        ReadOnlySpan<byte> utf8, TokenizerSettings settings, TokenizerOptions options, string? source)
    {
        string[] tokens = VocabularyFile.Read(utf8, TokenizerSemantics.Fast, source);
        try
        {
            return Make(BertConversion.Convert(tokens, settings, options), settings, options, source);
        }
        catch (FormatException e) when (e is not TokenizerFormatException)
        {
            throw new TokenizerFormatException(source, e.Message, e);
        }
    }

    private static FastEncoder Make(FastPipeline pipeline, TokenizerSettings settings, TokenizerOptions options, string? source)
    {
        SpecialTokens special = new(
            FirstId(pipeline, settings.PadToken?.Content ?? pipeline.Padding?.PadToken, "<pad>", "[PAD]"),
            pipeline.Model.UnknownId,
            FirstId(pipeline, settings.ClsToken?.Content, "[CLS]", "<s>"),
            FirstId(pipeline, settings.SepToken?.Content, "[SEP]", "</s>"),
            FirstId(pipeline, settings.MaskToken?.Content, "[MASK]", "<mask>"));
        try
        {
            return new FastEncoder(pipeline, options.Semantics ?? TokenizerSemantics.Fast, special, settings.ModelMaxLength)
            {
                GivesTokenTypeIds = options.Semantics == TokenizerSemantics.Transformers5
                    ? settings.GivesTokenTypeIds(isWordPiece: pipeline.Model is WordPieceModel) : settings.AllowsTokenTypeIds,
            };
        }
        catch (FormatException e) when (e is not TokenizerFormatException)
        {
            throw new TokenizerFormatException(source, e.Message, e);
        }
    }

    /// <summary>The id of the token that the files give a role, else of the first that families give it and that is there.</summary>
    private static int FirstId(FastPipeline pipeline, string? named, params ReadOnlySpan<string> customary)
    {
        if (named is not null)
            return pipeline.IdOf(named);
        int id = -1;
        for (int i = 0; id < 0 && i < customary.Length; i++)
            id = pipeline.IdOf(customary[i]);
        return id;
    }
}
