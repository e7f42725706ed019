using AlbertNative.Model;

namespace AlbertNative.Tests.Model;

public sealed class TokenBatchTests
{
    [Fact]
    public void Sequences_follow_each_other_without_padding()
    {
        TokenBatch batch = new();
        batch.Add([2, 10, 11, 3]);
        batch.Add([2, 12, 3], [0, 0, 1]);
        Assert.Equal((2, 7), (batch.SequenceCount, batch.TokenCount));
        Assert.Equal([2, 10, 11, 3, 2, 12, 3], batch.InputIds.ToArray());
        Assert.Equal([0, 0, 0, 0, 0, 0, 1], batch.TokenTypeIds.ToArray());
        Assert.Equal([0, 1, 2, 3, 0, 1, 2], batch.Positions.ToArray());
        Assert.Equal([0, 4, 7], batch.SequenceStarts.ToArray());
        Assert.Equal((4, 3), batch.RowsOf(1));
    }

    [Fact]
    public void Masked_columns_are_dropped_and_the_others_keep_their_position()
    {
        TokenBatch batch = new();
        batch.Add([0, 0, 2, 10, 99, 3, 0], [5, 5, 0, 0, 5, 1, 5], [0, 0, 1, 1, 0, 1, 0]);
        Assert.Equal([2, 10, 3], batch.InputIds.ToArray());
        Assert.Equal([0, 0, 1], batch.TokenTypeIds.ToArray());
        Assert.Equal([2, 3, 5], batch.Positions.ToArray());
        Assert.Equal([7], batch.ColumnCounts.ToArray());
        Assert.True(batch.TryGetRow(0, 5, out int row));
        Assert.Equal(2, row);
        Assert.False(batch.TryGetRow(0, 4, out _));
        Assert.False(batch.TryGetRow(0, 7, out _));
        Assert.Contains("sequence 0", batch.PoolingRefusal());
    }

    [Fact]
    public void Nothing_is_added_where_something_is_wrong()
    {
        TokenBatch batch = new();
        batch.Add([2, 3]);
        Assert.Throws<ArgumentException>(() => batch.Add([]));
        Assert.Throws<ArgumentException>(() => batch.Add([2, 3], [0]));
        Assert.Throws<ArgumentException>(() => batch.Add([2, 3], default, [1, 1, 1]));
        Assert.Contains("column 1", Assert.Throws<ArgumentException>(() => batch.Add([2, 3], default, [1, 2])).Message);
        Assert.Contains("sequence 1", Assert.Throws<ArgumentException>(() => batch.Add([2, 3], default, [0, 0])).Message);
        Assert.Equal((1, 2), (batch.SequenceCount, batch.TokenCount));
    }

    [Theory]
    [InlineData(new[] { 2, 97 }, new int[0], "sequence 1, column 1: token id 97")]
    [InlineData(new[] { 2, -1 }, new int[0], "sequence 1, column 1: token id -1")]
    [InlineData(new[] { 2, 3 }, new[] { 0, 2 }, "sequence 1, column 1: token type 2")]
    [InlineData(new[] { 1, 1, 1, 1, 1, 1 }, new int[0], "sequence 1 has 6 columns")]
    public void Ids_types_and_lengths_beyond_the_model_are_refused(int[] ids, int[] types, string message)
    {
        TokenBatch batch = new();
        batch.Add([2, 3, 4]);
        batch.Add(ids, types);
        ModelConfig config = TinyModel.Config with { MaxPositionCount = 5 };
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => batch.Validate(config)).Message);
    }

    [Fact]
    public void Masked_columns_count_as_positions_but_hold_no_ids()
    {
        TokenBatch batch = new();
        batch.Add([2, 3, -100, -100], default, [1, 1, 0, 0]);
        batch.Validate(TinyModel.Config with { MaxPositionCount = 4 });
        Assert.Throws<ArgumentException>(() => batch.Validate(TinyModel.Config with { MaxPositionCount = 3 }));
    }

    [Fact]
    public void An_empty_batch_is_refused() =>
        Assert.Throws<ArgumentException>(() => new TokenBatch().Validate(TinyModel.Config));

    [Fact]
    public void A_warm_batch_allocates_nothing()
    {
        TokenBatch batch = new();
        int[] ids = [.. Enumerable.Range(0, 100)];
        Assert.Equal(0, Allocations.Least(() =>
        {
            batch.Clear();
            for (int i = 0; i < 50; i++)
                batch.Add(ids);
        }));
        Assert.Equal(5000, batch.TokenCount);
    }
}
