namespace AlbertNative.Model;

/// <summary>How a converted model's weights are stored.</summary>
public enum WeightStorage
{
    /// <summary>In single precision.</summary>
    Float32,

    /// <summary>
    /// Matrices as 16-bit floats; biases and LayerNorms, a thousandth of the file, in single precision.
    /// </summary>
    Float16,

    /// <summary>
    /// The layers' large products as 8-bit integers with a scale for each output, word embeddings as 16-bit floats, all
    /// else in single precision. But for the embeddings' rounding, results are to the bit those of a single-precision
    /// model held in 8 bits, if it has 256 hidden units or more: a narrower one is held in 16 bits, and of those the file
    /// has kept 8 of each weight.
    /// </summary>
    Int8,

    /// <summary>
    /// Every matrix as 8-bit integers with a scale for each row, word embeddings and heads included; biases and LayerNorms in
    /// single precision: the smallest file, a quarter of single precision's.
    /// </summary>
    Int8All,

    /// <summary>In the floating-point type of the source; what the source has in 8 bits, in single precision.</summary>
    Source,
}
