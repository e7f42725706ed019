using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>All that can be chosen when a model is opened for texts.</summary>
public sealed record TextModelOptions : ModelOptions
{
    /// <summary>How to load the tokenizer; null for what the files say.</summary>
    public TokenizerOptions? Tokenizer { get; init; }
}
