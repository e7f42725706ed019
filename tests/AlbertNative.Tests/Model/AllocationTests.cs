using AlbertNative.Model;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Model;

/// <summary>
/// What calls allocate once they are warm, counted over all threads: so no other test may run meanwhile.
/// </summary>
[Collection(Alone)]
public sealed class AllocationTests
{
    public const string Alone = "Counts the process's allocations";

    [Fact]
    public void A_warm_call_allocates_nothing()
    {
        using PreTrainedModel wordsModel = PreTrainedModel.Open(ShippedModels.Nano, new ModelOptions { Threads = 2 });
        MaskedLMHead words = new(wordsModel);
        using PreTrainedModel encoderModel = PreTrainedModel.Open(ShippedModels.Nano, new ModelOptions { Threads = 1 });
        EncoderHead encoder = new(encoderModel);
        using PreTrainedModel classifierModel = PreTrainedModel.Create(
            TinyModel.Config, TinyModel.Weights(ModelArchitecture.SequenceClassification));
        SequenceClassificationHead classifier = new(classifierModel);
        TokenBatch batch = new();
        LogitsOutput logits = new();
        EncoderOutput states = new();
        int[] ids = [2, 10, 20, 30, 40, 50, 60, 3];
        int[] rows = [1, 9];
        // Rounds over a long and a short batch: the memory of the longer one serves both. The first ones warm up; later
        // ones may see what the runtime allocates on threads of its own.
        long least = long.MaxValue;
        for (int round = 0; round < 20; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            batch.Clear();
            batch.Add(ids);
            batch.Add(ids);
            words.Forward(batch, logits, hiddenStates: true);
            words.Forward(batch, rows, logits);
            encoder.Forward(batch, states);
            encoder.Pool(batch, states);
            classifier.Forward(batch, logits);
            batch.Clear();
            batch.Add(ids.AsSpan(0, 3));
            words.Forward(batch, logits);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        Assert.Equal(0, least);
    }
}

/// <summary>Tests that run when no other does.</summary>
[CollectionDefinition(AllocationTests.Alone, DisableParallelization = true)]
public sealed class AloneCollection;
