using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Tasks;

public sealed class TokenWindowTests
{
    [Theory]
    [InlineData(10, 3)]
    [InlineData(5, 0)]
    [InlineData(16, 7)]
    [InlineData(200, 50)]
    public void Windows_own_every_token_once_and_in_order(int maxLength, int stride)
    {
        Encoding encoding = Nano.Tokenizer.Encode(Nano.Text(60));
        List<TokenWindow> windows = TokenWindow.Cut(encoding, sequence: 0, maxLength, stride);

        Assert.All(windows, window => Assert.InRange(window.InputIds.Length, 1, maxLength));
        IEnumerable<int> owned = windows.SelectMany(window => window.InputIds[window.OwnedStart..window.OwnedEnd]);
        Assert.Equal(encoding.Ids.ToArray(), owned);
        Assert.All(windows, window => Assert.Equal(encoding.Ids[0], window.InputIds[0]));
        Assert.All(windows, window => Assert.Equal(encoding.Ids[^1], window.InputIds[^1]));
        if (encoding.Count <= maxLength)
            Assert.Single(windows);
    }

    [Fact]
    public void Windows_are_those_that_the_tokenizer_cuts()
    {
        string question = "who went up?";
        string context = Nano.Text(70);
        Encoding expected = Nano.Tokenizer.Encode(
            question, context, new() { MaxLength = 32, Truncation = TruncationStrategy.OnlySecond, Stride = 9 });
        List<TokenWindow> windows = TokenWindow.Cut(Nano.Tokenizer.Encode(question, context), sequence: 1, maxLength: 32, stride: 9);

        Encoding[] all = [expected, .. expected.Overflow];
        Assert.Equal(all.Length, windows.Count);
        foreach ((Encoding encoding, TokenWindow window) in all.Zip(windows))
        {
            Assert.Equal(encoding.Ids.ToArray(), window.InputIds);
            Assert.Equal(encoding.TokenTypeIds.ToArray(), window.TokenTypeIds);
        }
    }

    [Fact]
    public void A_token_belongs_to_the_window_that_shows_more_around_it()
    {
        Encoding encoding = Nano.Tokenizer.Encode(Nano.Text(40));
        List<TokenWindow> windows = TokenWindow.Cut(encoding, sequence: 0, maxLength: 20, stride: 8);
        foreach ((TokenWindow earlier, TokenWindow later) in windows.Zip(windows.Skip(1)))
        {
            int lost = earlier.ContentRow + earlier.ContentCount - earlier.OwnedEnd;
            int skipped = later.OwnedStart - later.ContentRow;
            Assert.Equal(8, lost + skipped);
            Assert.InRange(lost - skipped, 0, 1);
        }
    }

    [Fact]
    public void A_stride_that_leaves_no_step_is_refused()
    {
        Encoding encoding = Nano.Tokenizer.Encode(Nano.Text(40));
        ArgumentException e = Assert.Throws<ArgumentException>(() => TokenWindow.Cut(encoding, sequence: 0, maxLength: 10, stride: 8));
        Assert.Contains("10 tokens leave room for 8", e.Message);
    }
}
