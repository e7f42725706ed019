using AlbertNative.Tokenization.Fast;
using AlbertNative.Tokenization.SentencePiece;

namespace AlbertNative.Tokenization;

/// <summary>Decides which files are read and which reference implementation they give.</summary>
internal static class TokenizerLoader
{
    private const string FastFile = "tokenizer.json";
    private const string SlowFile = "spiece.model";

    public static AlbertTokenizer Load(string path, TokenizerOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Directory.Exists(path))
            return LoadFile(path, TokenizerSettings.Default, options);
        string fast = Path.Combine(path, FastFile);
        string slow = Path.Combine(path, SlowFile);
        bool useFast = options.Semantics != TokenizerSemantics.Slow && File.Exists(fast);
        if (!useFast && !File.Exists(slow))
        {
            throw options.Semantics == TokenizerSemantics.Slow && File.Exists(fast)
                ? new TokenizerFormatException(path, $"the slow tokenizer needs a {SlowFile}, there is only a {FastFile}")
                : new FileNotFoundException($"{path}: neither {FastFile} nor {SlowFile} is there.", slow);
        }
        return LoadFile(useFast ? fast : slow, TokenizerSettings.Load(path), options);
    }

    public static AlbertTokenizer FromSentencePiece(
        ReadOnlyMemory<byte> model, TokenizerSettings settings, TokenizerOptions options, string? source = null)
    {
        if (options.Semantics != TokenizerSemantics.Fast)
            throw new NotSupportedException();
        if (options.RemoveSpace is not null)
            throw new ArgumentException("The fast tokenizer has no step that removes spaces.", nameof(options));
        ModelProto proto = ModelProtoReader.Read(model.ToArray(), source);
        return new AlbertTokenizer(FastTokenizer.FromSentencePiece(proto, settings, options));
    }

    public static AlbertTokenizer FromTokenizerJson(
        ReadOnlyMemory<byte> json, TokenizerSettings settings, TokenizerOptions options, string? source = null)
    {
        if (options.Semantics == TokenizerSemantics.Slow)
            throw new TokenizerFormatException(source, $"the slow tokenizer needs a {SlowFile}, this is a {FastFile}");
        if (options.LowerCase is not null || options.KeepAccents is not null || options.RemoveSpace is not null)
            throw new ArgumentException($"A {FastFile} fixes its own normalisation; it cannot be overridden.", nameof(options));
        return new AlbertTokenizer(FastTokenizer.FromTokenizerJson(json.Span, settings, source));
    }

    private static AlbertTokenizer LoadFile(string file, TokenizerSettings settings, TokenizerOptions options)
    {
        byte[] bytes = File.ReadAllBytes(file);
        return IsJson(file, bytes)
            ? FromTokenizerJson(bytes, settings, options, file)
            : FromSentencePiece(bytes, settings, options, file);
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
