namespace AlbertNative.Server.Dialects.OpenInference;

/// <summary>A tensor of a request or an answer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Elements">Its elements, row by row: strings, or numbers of 32 or 64 bits.</param>
internal sealed record InferTensor(string Name, long[] Shape, Array Elements)
{
    /// <summary>The content type of MLServer's codecs; null for none.</summary>
    public string? ContentType { get; init; }

    /// <summary>What the protocol calls the type of the elements.</summary>
    public string Datatype => Elements switch
    {
        string[] => InferDatatype.Bytes,
        float[] => InferDatatype.Fp32,
        int[] => InferDatatype.Int32,
        _ => InferDatatype.Int64,
    };

    /// <summary>A vector of strings or numbers.</summary>
    public static InferTensor Vector(string name, Array elements) => new(name, [elements.Length], elements);
}
