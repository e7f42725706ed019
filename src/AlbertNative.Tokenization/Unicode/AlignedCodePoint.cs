namespace AlbertNative.Tokenization.Unicode;

/// <summary>A code point that normalization put out, and what of the input it stands for.</summary>
/// <param name="CodePoint">The code point.</param>
/// <param name="Start">Where its source starts in the input, in UTF-16 units.</param>
/// <param name="End">
/// Where its source ends. All parts of a decomposed character have that character's span; a composite has the span from
/// its starter to the last character that it took in.
/// </param>
/// <param name="Change">
/// The alignment tag of Hugging Face's Rust tokenizers: 0 stands for one character of the input, 1 is additional, and
/// -n has swallowed n. The first part of a decomposition has 0 and the others 1, canonical ordering carries tags
/// along, and composing adds both and subtracts 1.
/// </param>
/// <param name="CombiningClass">Its Canonical_Combining_Class.</param>
internal readonly record struct AlignedCodePoint(int CodePoint, int Start, int End, short Change, byte CombiningClass);
