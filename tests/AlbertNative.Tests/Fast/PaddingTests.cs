using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Fast;

/// <summary>Padding, and the truncation and padding that a file was saved with.</summary>
public sealed class PaddingTests
{
    private static readonly TokenizerFile File = new() { PostProcessor = TokenizerFile.Template };

    [Theory]
    [InlineData(6, null, false, new[] { 2, 6, 3, 0, 0, 0 }, new[] { 1, 1, 1, 0, 0, 0 })]
    [InlineData(6, null, true, new[] { 0, 0, 0, 2, 6, 3 }, new[] { 0, 0, 0, 1, 1, 1 })]
    [InlineData(null, 4, false, new[] { 2, 6, 3, 0 }, new[] { 1, 1, 1, 0 })]
    [InlineData(5, 4, false, new[] { 2, 6, 3, 0, 0, 0, 0, 0 }, new[] { 1, 1, 1, 0, 0, 0, 0, 0 })]
    [InlineData(2, 0, false, new[] { 2, 6, 3 }, new[] { 1, 1, 1 })]
    public void Encodings_are_padded(int? length, int? multiple, bool left, int[] ids, int[] mask)
    {
        PaddingOptions padding = new() { Length = length, MultipleOf = multiple, Left = left, TokenId = 0, TokenTypeId = 1 };
        Encoding encoding = File.Load().Encode("a", new EncodeOptions { Padding = padding });
        Assert.Equal(ids, encoding.Ids);
        Assert.Equal(mask, encoding.AttentionMask);
        Assert.Equal(mask.Select(m => 1 - m), encoding.TokenTypeIds.ToArray());
        for (int i = 0; i < mask.Length; i++)
            Assert.True(mask[i] == 1 || (encoding.IsSpecial(i) && encoding.Spans[i] == default && encoding.SequenceIndices[i] == -2));
    }

    [Fact]
    public void Windows_are_padded_as_well()
    {
        EncodeOptions options = new() { MaxLength = 4, Stride = 0, Padding = new PaddingOptions { Length = 5, TokenId = 0 } };
        Encoding encoding = File.Load().Encode("abc", options);
        Assert.Equal([2, 8, 10, 3, 0], encoding.Ids);
        Assert.Equal([2, 8, 8, 3, 0], File.Load().Encode("ababab", options).Ids);
        Assert.Equal([2, 8, 3, 0, 0], File.Load().Encode("ababab", options).Overflow[0].Ids);
    }

    [Fact]
    public void What_a_file_was_saved_with_is_offered_and_not_applied()
    {
        TokenizerFile saved = File with
        {
            Truncation = """{"max_length":4,"strategy":"OnlyFirst","stride":1}""",
            Padding = """{"strategy":{"Fixed":5},"direction":"Left","pad_to_multiple_of":8,"pad_id":0,"pad_type_id":0,"pad_token":"<pad>"}""",
        };
        Tokenizer tokenizer = saved.Load();
        Assert.Equal(5, tokenizer.Encode("ababab").Count);
        EncodeOptions expected = new()
        {
            MaxLength = 4,
            Truncation = TruncationStrategy.OnlyFirst,
            Stride = 1,
            Padding = new PaddingOptions { Length = 5, MultipleOf = 8, TokenId = 0, Left = true },
        };
        Assert.Equal(expected, tokenizer.FileOptions);
        Assert.Equal([0, 0, 0, 0, 2, 8, 8, 3], tokenizer.Encode("ababab", tokenizer.FileOptions).Ids);
        Assert.Null(File.Load().FileOptions);
    }

    [Fact]
    public void Truncation_from_the_left_is_refused_when_asked_for()
    {
        Tokenizer tokenizer = (File with { Truncation = """{"direction":"Left","max_length":4,"strategy":"OnlyFirst","stride":1}""" }).Load();
        Assert.Contains("from the left", Assert.Throws<NotSupportedException>(() => tokenizer.FileOptions).Message);
        Assert.Equal([2, 6, 3], tokenizer.Encode("a").Ids);
    }

    [Theory]
    [InlineData(-1, null, 0)]
    [InlineData(null, -1, 0)]
    [InlineData(8, null, -1)]
    [InlineData(8, null, 13)]
    public void Numbers_that_make_no_sense_are_refused(int? length, int? multiple, int id)
    {
        PaddingOptions padding = new() { Length = length, MultipleOf = multiple, TokenId = id };
        Assert.Throws<ArgumentOutOfRangeException>(() => File.Load().Encode("a", new EncodeOptions { Padding = padding }));
    }
}
