using AlbertNative.Model;

namespace AlbertNative.Tests.Tasks;

public sealed class MaskFillerTests : IDisposable
{
    private readonly MaskFiller _filler = MaskFiller.Load(Nano.Path);

    public void Dispose() => _filler.Dispose();

    [Fact]
    public void The_king_is_of_Israel_or_Judah()
    {
        IReadOnlyList<MaskFill> fills = Assert.Single(_filler.Fill("The king of [MASK] went up to Jerusalem."));
        Assert.Equal(["israel", "judah", "david", "babylon"], fills.Take(4).Select(fill => fill.Text));
        Assert.Equal("▁israel", fills[0].Token);
        Assert.Equal(0.121, fills[0].Score, 5e-4);
        Assert.Equal("the king of israel went up to jerusalem.", fills[0].Sequence);
    }

    [Fact]
    public void Each_mask_has_its_own_words()
    {
        IReadOnlyList<IReadOnlyList<MaskFill>> masks = _filler.Fill("[MASK] king of [MASK].", new() { TopK = 2 });
        Assert.Equal(2, masks.Count);
        Assert.All(masks, fills => Assert.Equal(2, fills.Count));
        Assert.Contains("[MASK]", masks[0][0].Sequence);
        Assert.StartsWith("[CLS]", masks[0][0].Sequence);
    }

    [Fact]
    public void Targets_are_the_only_words_and_keep_their_scores()
    {
        string text = "The king of [MASK] went up to Jerusalem.";
        IReadOnlyList<MaskFill> all = _filler.Fill(text, new() { TopK = 10 })[0];
        IReadOnlyList<MaskFill> fills = _filler.Fill(text, new() { Targets = ["babylon", "▁judah", "babylon"] })[0];
        Assert.Equal(["judah", "babylon"], fills.Select(fill => fill.Text));
        Assert.Equal(all.Single(fill => fill.Text == "judah").Score, fills[0].Score);
    }

    [Fact]
    public void A_target_of_several_tokens_is_scored_by_its_first()
    {
        MaskTarget target = _filler.ResolveTarget("unquestionableness")!;
        Assert.True(target.TokenCount > 1);
        Assert.Null(_filler.ResolveTarget(""));
        Assert.Throws<ArgumentException>(() => _filler.Fill("a [MASK]", new() { Targets = [""] }));
    }

    [Fact]
    public void A_text_without_a_mask_is_refused_in_its_turn()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => _filler.Fill("no mask"));
        Assert.Contains("[MASK]", e.Message);

        List<IReadOnlyList<IReadOnlyList<MaskFill>>> results = [];
        Assert.Throws<ArgumentException>(() =>
        {
            foreach (IReadOnlyList<IReadOnlyList<MaskFill>> masks in _filler.Fill(["a [MASK]", "none"]))
                results.Add(masks);
        });
        Assert.Equal(_filler.Fill("a [MASK]")[0], Assert.Single(Assert.Single(results)));
    }

    [Fact]
    public void Masks_beyond_the_models_length_are_filled_in_windows()
    {
        string text = $"{Nano.Text(150, seed: 3)} the king of [MASK] went up to Jerusalem. {Nano.Text(100, seed: 4)} [MASK] king";
        using PreTrainedModel opened = PreTrainedModel.Open(Nano.Path);
        TextModel model = new(opened, Nano.Tokenizer);
        MaskFiller windowing = new(model, new() { Overlong = Overlong.Window(32) });
        Assert.Equal(2, windowing.Fill(text).Count);
        Assert.Throws<OverlongTextException>(() => _filler.Fill(text));
    }

    [Fact]
    public void Texts_have_the_same_bits_alone_and_among_others()
    {
        string[] texts = [.. Enumerable.Range(1, 20).Select(i => $"{Nano.Text(i, seed: i)} [MASK] {Nano.Text(3, seed: i)}")];
        IReadOnlyList<IReadOnlyList<MaskFill>>[] together = [.. _filler.Fill(texts)];
        Assert.All(texts, (text, i) => Assert.Equal(together[i][0], _filler.Fill(text)[0]));
    }
}
