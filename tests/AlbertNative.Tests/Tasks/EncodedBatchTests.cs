using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Tasks;

public sealed class EncodedBatchTests
{
    private int _read;

    [Fact]
    public void Inputs_come_in_order_in_batches_of_the_budget()
    {
        EncodedBatch<int>[] batches = [.. Cut(Enumerable.Range(0, 10), batchTokens: 3 * Encode(0).TokenCount)];
        Assert.Equal(Enumerable.Range(0, 10), batches.SelectMany(batch => batch.Inputs.Select(input => input.Input)));
        Assert.Equal([3, 3, 3, 1], batches.Select(batch => batch.Inputs.Count));
    }

    [Fact]
    public void Inputs_are_read_when_they_are_needed()
    {
        using IEnumerator<EncodedBatch<int>> batches = Cut(Enumerable.Range(0, 10), batchTokens: 1).GetEnumerator();
        Assert.Equal(0, _read);
        batches.MoveNext();
        Assert.Equal(1, _read);
    }

    [Fact]
    public void A_bad_input_throws_in_its_turn()
    {
        EncodedBatch<int>[] batches = [.. Cut([1, 2, -3, 4], batchTokens: 1000)];
        Assert.Equal([1, 2], batches[0].Inputs.Select(input => input.Input));
        Assert.Contains("-3", Assert.Throws<ArgumentException>(batches[0].ThrowIfFailed).Message);
        Assert.Equal(4, Assert.Single(batches[1].Inputs).Input);
    }

    private static EncodedInput<int> Encode(int input)
    {
        if (input < 0)
            throw new ArgumentException($"{input} is negative");
        Encoding encoding = Nano.Tokenizer.Encode("king");
        return new(input, [encoding], [TokenWindow.Whole(encoding)]);
    }

    private IEnumerable<EncodedBatch<int>> Cut(IEnumerable<int> inputs, int batchTokens) => EncodedBatch<int>.Of(
        inputs.Select(input =>
        {
            _read++;
            return input;
        }),
        Encode,
        batchTokens);
}
