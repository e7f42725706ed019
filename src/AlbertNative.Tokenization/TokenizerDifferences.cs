using AlbertNative.Tokenization.Fast;
using AlbertNative.Tokenization.Fast.Models;
using AlbertNative.Tokenization.Fast.Reading;
using AlbertNative.Tokenization.SentencePiece;
using AlbertNative.Tokenization.Slow;
using AlbertNative.Tokenization.WordPiece;

namespace AlbertNative.Tokenization;

/// <summary>What other reference implementations would do otherwise with the files of a model.</summary>
public static class TokenizerDifferences
{
    private const int PiecesNamed = 20;

    /// <summary>
    /// What transformers 5 does otherwise than the semantics that the files call for, each in a sentence; nothing where it
    /// does the same.
    /// </summary>
    /// <param name="files">A file's content by its name (<c>spiece.model</c>, <c>tokenizer_config.json</c>), null where there is none.</param>
    /// <param name="source">What errors call the place.</param>
    /// <exception cref="TokenizerFormatException">A file is malformed or asks for something unsupported.</exception>
    public static IReadOnlyList<string> FromTransformers5(Func<string, byte[]?> files, string source)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(source);
        TokenizerSettings settings = TokenizerSettingsReader.Load(files, source);
        List<string> differences = [];
        bool isWordPiece = false;
        if (files(TokenizerLoader.FastFile) is byte[] json)
        {
            FastPipeline file = TokenizerJsonReader.Read(json, Path.Combine(source, TokenizerLoader.FastFile));
            isWordPiece = file.Model is WordPieceModel;
            // One that was made of the vocabulary for version 5 gives what the slow tokenizer does.
            if (settings.DerivedFrom != TokenizerLoader.SlowFile)
                ComparePipelines(file, new Transformers5(settings, new TokenizerOptions()).FromTokenizerJson(file), differences);
        }
        else if (!BertSettings.IsNamed(settings) && files(TokenizerLoader.SlowFile) is byte[] model)
            DescribeConversion(ModelProtoReader.Read(model, Path.Combine(source, TokenizerLoader.SlowFile)), settings, differences);
        else if (files(VocabularyFile.Name) is not null)
            isWordPiece = true;
        else
            return differences;
        if (!settings.GivesTokenTypeIds(isWordPiece))
            differences.Add("the model is given no token types, so both texts of a pair have type 0");
        return differences;
    }

    private static void DescribeConversion(ModelProto model, TokenizerSettings settings, List<string> differences)
    {
        HashSet<string> added = new(settings.AddedTokens.Values.Select(token => token.Content), StringComparer.Ordinal);
        List<string> pieces = [], commas = [];
        for (int id = 0; id < model.Count; id++)
        {
            string text = model.Text(id);
            if (model.Types[id] == PieceType.UserDefined && !added.Contains(text))
                pieces.Add(text);
            else if (model.Types[id] == PieceType.Normal && PieceTokens.EndsWithDigitAndComma(text))
                commas.Add(text);
        }
        if (pieces.Count > 0)
            differences.Add($"user-defined pieces cut the text, and what follows one begins a new word: {List(pieces)}");
        if (commas.Count > 0)
            differences.Add($"a comma after a digit is not cut off the {commas.Count} pieces that end so");
        differences.Add("equal paths are decided in double precision, and accents are what has the category Mark");
    }

    private static void ComparePipelines(FastPipeline file, FastPipeline other, List<string> differences)
    {
        Compare("normalizer", file.Normalizers, other.Normalizers, differences);
        Compare("pre-tokenizer", file.PreTokenizers, other.PreTokenizers, differences);
    }

    private static void Compare(string kind, object[] file, object[] other, List<string> differences)
    {
        string?[] here = Array.ConvertAll(file, step => step.ToString()), there = Array.ConvertAll(other, step => step.ToString());
        if (here.AsSpan().SequenceEqual(there))
            return;
        string[] dropped = [.. here.Except(there)!], added = [.. there.Except(here)!];
        if (dropped.Length > 0)
            differences.Add($"the file's {kind} {List(dropped)} is dropped");
        if (added.Length > 0)
            differences.Add($"the {kind} {List(added)} is put in");
        if (dropped.Length == 0 && added.Length == 0)
            differences.Add($"the file's {kind}s are applied in another order, or another number of times");
    }

    private static string List(IReadOnlyCollection<string> items) => ErrorText.Printable(
        string.Join(' ', items.Take(PiecesNamed)) + (items.Count > PiecesNamed ? $" and {items.Count - PiecesNamed} more" : ""));
}
