using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Cli;

/// <summary>A model's tokenizer, or why there is none.</summary>
/// <param name="Tokenizer">The tokenizer; null where there is none.</param>
/// <param name="File">The file that it comes from.</param>
/// <param name="Absence">Why there is none.</param>
internal sealed record TokenizerReport(Tokenizer? Tokenizer, string? File, string? Absence)
{
    /// <summary>What transformers 5 does otherwise with the same files, each in a sentence.</summary>
    public IReadOnlyList<string> DifferencesFromTransformers5 { get; init; } = [];

    /// <summary>Loads the model's tokenizer.</summary>
    /// <exception cref="TokenizerFormatException">Its files are malformed or not supported.</exception>
    public static TokenizerReport Read(ModelFiles files)
    {
        foreach (string file in ModelFiles.Vocabularies)
        {
            if (files.Read(file) is not null)
            {
                return new(files.LoadTokenizer(), file, null)
                {
                    DifferencesFromTransformers5 = TokenizerDifferences.FromTransformers5(files.Read, files.Root),
                };
            }
        }
        return new(null, null, $"none of {string.Join(", ", ModelFiles.Vocabularies)}: the model runs on ids, not on text");
    }

    /// <summary>The special tokens that there are, with their ids.</summary>
    public IEnumerable<(string Name, int Id)> SpecialTokens => Tokenizer is null
        ? []
        : new (string Name, int Id)[]
        {
            ("pad", Tokenizer.PadId), ("unk", Tokenizer.UnknownId), ("cls", Tokenizer.ClsId),
            ("sep", Tokenizer.SepId), ("mask", Tokenizer.MaskId),
        }.Where(special => special.Id >= 0);
}
