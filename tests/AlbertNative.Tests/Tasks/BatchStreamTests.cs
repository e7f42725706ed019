using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Tasks;

public sealed class BatchStreamTests
{
    private readonly List<int> _batches = [];
    private int _read;

    [Fact]
    public void Results_come_in_order_in_batches_of_the_budget()
    {
        int[] results = [.. Run(Enumerable.Range(0, 10), batchTokens: 3 * TokensOf(0))];
        Assert.Equal(Enumerable.Range(0, 10), results);
        Assert.Equal([3, 3, 3, 1], _batches);
    }

    [Fact]
    public void Inputs_are_read_when_they_are_needed()
    {
        using IEnumerator<int> results = Run(Enumerable.Range(0, 10), batchTokens: 1).GetEnumerator();
        Assert.Equal(0, _read);
        results.MoveNext();
        Assert.Equal(1, _read);
    }

    [Fact]
    public void A_bad_input_throws_in_its_turn()
    {
        List<int> results = [];
        ArgumentException e = Assert.Throws<ArgumentException>(() =>
        {
            foreach (int result in Run([1, 2, -3, 4], batchTokens: 1000))
                results.Add(result);
        });
        Assert.Equal([1, 2], results);
        Assert.Contains("-3", e.Message);
    }

    [Fact]
    public void Cancellation_stops_before_the_next_batch()
    {
        using CancellationTokenSource cancellationToken = new();
        using IEnumerator<int> results = Run(Enumerable.Range(0, 10), batchTokens: 1, cancellationToken.Token).GetEnumerator();
        Assert.True(results.MoveNext());
        cancellationToken.Cancel();
        Assert.Throws<OperationCanceledException>(() => results.MoveNext());
        Assert.Single(_batches);
    }

    private static int TokensOf(int input) => Encode(input).TokenCount;

    private static EncodedInput<int> Encode(int input)
    {
        if (input < 0)
            throw new ArgumentException($"{input} is negative");
        Encoding encoding = Nano.Tokenizer.Encode("king");
        return new(input, [encoding], [TokenWindow.Whole(encoding)]);
    }

    private IEnumerable<int> Run(IEnumerable<int> inputs, int batchTokens, CancellationToken cancellationToken = default) =>
        BatchStream.Run<int, object, int>(
            inputs.Select(input =>
            {
                _read++;
                return input;
            }),
            Encode,
            (batch, _) =>
            {
                _batches.Add(batch.Inputs.Count);
                return batch.Select((_, input) => input.Input);
            },
            batchTokens,
            cancellationToken);
}
