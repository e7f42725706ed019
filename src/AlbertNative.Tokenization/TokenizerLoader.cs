using AlbertNative.Tokenization.Fast;
using AlbertNative.Tokenization.SentencePiece;
using AlbertNative.Tokenization.Slow;
using AlbertNative.Tokenization.WordPiece;

namespace AlbertNative.Tokenization;

/// <summary>Decides which files are read and which reference implementation they give.</summary>
internal static class TokenizerLoader
{
    public const string FastFile = "tokenizer.json";
    public const string SlowFile = "spiece.model";

    public static Tokenizer Load(string path, TokenizerOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Directory.Exists(path))
            return LoadFile(path, options);
        return Load(name => ReadIfThere(Path.Combine(path, name)), path, options);
    }

    public static Tokenizer Load(Func<string, byte[]?> files, string source, TokenizerOptions options)
    {
        TokenizerSettings settings = TokenizerSettingsReader.Load(files, source);
        bool slowOnly = options.Semantics == TokenizerSemantics.Slow;
        // A tokenizer.json that was made for others of what is there says nothing new.
        byte[]? origin = options.Semantics is null && settings.DerivedFrom == SlowFile ? files(SlowFile) : null;
        if (!slowOnly && origin is null && files(FastFile) is byte[] json)
            return FromTokenizerJson(json, settings, options, Path.Combine(source, FastFile));
        if (BertSettings.IsNamed(settings) && files(VocabularyFile.Name) is byte[] named)
            return FromVocabulary(named, settings, options, Path.Combine(source, VocabularyFile.Name));
        if ((origin ?? files(SlowFile)) is byte[] model)
            return FromSentencePiece(model, settings, options, Path.Combine(source, SlowFile));
        if (files(VocabularyFile.Name) is byte[] vocabulary)
            return FromVocabulary(vocabulary, settings, options, Path.Combine(source, VocabularyFile.Name));
        if (slowOnly && files(FastFile) is not null)
        {
            throw new TokenizerFormatException(
                source, $"the slow tokenizer needs a {SlowFile} or a {VocabularyFile.Name}, there is only a {FastFile}");
        }
        throw new FileNotFoundException(
            $"{source}: none of {FastFile}, {SlowFile} and {VocabularyFile.Name} is there.", Path.Combine(source, SlowFile));
    }

    /// <summary>A file's content, or null where there is no such file.</summary>
    /// <exception cref="TokenizerFormatException">Something else than a file is there.</exception>
    public static byte[]? ReadIfThere(string path) => Path.Exists(path) ? Read(path) : null;

    /// <summary>A file's content.</summary>
    /// <exception cref="TokenizerFormatException">Something else than a file is there.</exception>
    /// <exception cref="IOException">Nothing is there, or it cannot be read.</exception>
    public static byte[] Read(string path) => RegularFile.FaultOf(path) is string fault
        ? throw new TokenizerFormatException(path, fault)
        : File.ReadAllBytes(path);

    public static Tokenizer FromSentencePiece(
        ReadOnlyMemory<byte> model, TokenizerSettings settings, TokenizerOptions options) =>
        FromSentencePiece(model.ToArray(), settings, options, source: null);

    /// <summary>Makes a tokenizer of bytes that nobody changes afterwards.</summary>
    private static Tokenizer FromSentencePiece(
        byte[] model, TokenizerSettings settings, TokenizerOptions options, string? source)
    {
        if (options.Semantics is null or TokenizerSemantics.Slow)
            return new Tokenizer(new SlowTextEncoder(SentencePieceModel.Parse(model, source), settings, options));
        if (options.RemoveSpace is not null)
            throw new ArgumentException("The fast tokenizer has no step that removes spaces.", nameof(options));
        ModelProto proto = ModelProtoReader.Read(model, source);
        return new Tokenizer(FastTokenizer.FromSentencePiece(proto, settings, options));
    }

    public static Tokenizer FromTokenizerJson(
        ReadOnlyMemory<byte> json, TokenizerSettings settings, TokenizerOptions options, string? source = null)
    {
        if (options.Semantics == TokenizerSemantics.Slow)
            throw new TokenizerFormatException(source, $"the slow tokenizer needs a {SlowFile} or a {VocabularyFile.Name}, this is a {FastFile}");
        bool isFixed = options.Semantics != TokenizerSemantics.Transformers5;
        if (options.RemoveSpace is not null || options.TokenizeChineseChars is not null
            || isFixed && (options.LowerCase is not null || options.KeepAccents is not null))
            throw new ArgumentException($"A {FastFile} fixes its own normalisation; it cannot be overridden.", nameof(options));
        return new Tokenizer(FastTokenizer.FromTokenizerJson(json.Span, settings, options, source));
    }

    public static Tokenizer FromVocabulary(
        ReadOnlyMemory<byte> vocabulary, TokenizerSettings settings, TokenizerOptions options, string? source = null)
    {
        BertSettings.RequireBert(settings, source);
        if (options.RemoveSpace is not null)
            throw new ArgumentException("BERT's tokenizers have no step that removes spaces.", nameof(options));
        if (options.Semantics != TokenizerSemantics.Slow)
            return new Tokenizer(FastTokenizer.FromVocabulary(vocabulary.Span, settings, options, source));
        string[] tokens = VocabularyFile.Read(vocabulary.Span, TokenizerSemantics.Slow, source);
        try
        {
            return new Tokenizer(new SlowBertEncoder(tokens, settings, options));
        }
        catch (FormatException e) when (e is not TokenizerFormatException)
        {
            throw new TokenizerFormatException(source, e.Message, e);
        }
    }

    private static Tokenizer LoadFile(string file, TokenizerOptions options)
    {
        if (Path.GetExtension(file) == ".safetensors")
            throw new TokenizerFormatException(file, "a model, whose tokenizer is a part of it: AlbertNative's ModelTokenizer loads it");
        byte[] bytes = Read(file);
        if (Path.GetExtension(file) == ".txt")
            return FromVocabulary(bytes, TokenizerSettings.Default, options, file);
        return IsJson(file, bytes)
            ? FromTokenizerJson(bytes, TokenizerSettings.Default, options, file)
            : FromSentencePiece(bytes, TokenizerSettings.Default, options, file);
    }

    /// <summary>
    /// The name's ending decides. Where it says neither: a <c>tokenizer.json</c> begins with a brace, a
    /// SentencePiece model with its first piece's tag, which is not one.
    /// </summary>
    private static bool IsJson(string file, ReadOnlySpan<byte> content) => Path.GetExtension(file) switch
    {
        ".json" => true,
        ".model" => false,
        _ => content.StartsWith("{"u8),
    };
}
