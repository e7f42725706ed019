namespace AlbertNative.Cli;

/// <summary>Where results go, in input order.</summary>
internal interface IResultWriter<in TItem, in TResult> : IDisposable
{
    /// <summary>Writes one text's result.</summary>
    /// <param name="item">What was asked.</param>
    /// <param name="result">What came of it.</param>
    /// <param name="record">The JSON line that it came from, whose other fields pass through; null where it was plain text.</param>
    void Write(TItem item, TResult result, JsonRecord? record);

    /// <summary>Makes everything written so far visible to the reader.</summary>
    void Flush();

    /// <summary>Ends the output after the last result.</summary>
    void Complete();
}
