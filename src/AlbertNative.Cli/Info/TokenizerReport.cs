using AlbertNative.Tokenization;

namespace AlbertNative.Cli;

/// <summary>A model directory's tokenizer, or why there is none.</summary>
/// <param name="Tokenizer">The tokenizer; null where there is none.</param>
/// <param name="File">The file that it comes from.</param>
/// <param name="Absence">Why there is none.</param>
internal sealed record TokenizerReport(AlbertTokenizer? Tokenizer, string? File, string? Absence)
{
    /// <summary>Loads the directory's tokenizer.</summary>
    /// <exception cref="TokenizerFormatException">Its files are malformed or not supported.</exception>
    public static TokenizerReport Read(string directory)
    {
        foreach (string file in (string[])["tokenizer.json", "spiece.model"])
        {
            if (System.IO.File.Exists(Path.Combine(directory, file)))
                return new(AlbertTokenizer.Load(directory), file, null);
        }
        return new(null, null, System.IO.File.Exists(Path.Combine(directory, "vocab.txt"))
            ? "vocab.txt is BERT's WordPiece: the model runs on ids, not on text"
            : "neither tokenizer.json nor spiece.model: the model runs on ids, not on text");
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
