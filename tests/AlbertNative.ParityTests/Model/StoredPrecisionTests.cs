using System.Globalization;
using System.Text;
using AlbertNative.Checkpoints;
using AlbertNative.Model;

namespace AlbertNative.ParityTests.Model;

/// <summary>How close models that are stored in 16 and in 8 bits stay to Hugging Face's float64.</summary>
public sealed class StoredPrecisionTests
{
    // The bar of base-sized models; in fewer than 200 hidden units the errors of 8 bits average out less.
    private const double LeastCosine = 0.9999;
    private const double LeastCosineOfSmallInt8 = 0.998;
    private const int SmallHiddenSize = 200;

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GoldenModel.Folders), MemberType = typeof(GoldenModel))]
    public void Stays_within_the_bar(string folder)
    {
        using GoldenModel golden = GoldenModel.Open(folder);
        GoldenTensor? tensor = golden.Tensors.FirstOrDefault(
            tensor => tensor.Architecture == AlbertArchitecture.AlbertModel && tensor.Output == "last_hidden_state");
        Assert.SkipWhen(tensor is null, "the folder has no last_hidden_state");

        StringBuilder table = new();
        foreach (WeightStorage storage in (WeightStorage[])[WeightStorage.Float16, WeightStorage.Int8])
        {
            double cosine = Cosine(golden, tensor, Run(golden, storage));
            table.Append(CultureInfo.InvariantCulture, $" {storage} {cosine:F7}");
            bool small = storage == WeightStorage.Int8 && golden.Config.HiddenSize < SmallHiddenSize;
            Assert.True(cosine >= (small ? LeastCosineOfSmallInt8 : LeastCosine), $"{storage}: {cosine}");
        }
        TestContext.Current.SendDiagnosticMessage($"cosine to float64, {folder}:{table}");
    }

    /// <summary>The last hidden state of the model after it was written and read again.</summary>
    private static RectangularOutput Run(GoldenModel golden, WeightStorage storage)
    {
        string path = Path.Combine(Path.GetTempPath(), $"albert-{Guid.NewGuid():N}.safetensors");
        try
        {
            WeightSource weights = golden.Weights(AlbertArchitecture.AlbertModel, golden.Config, out IDisposable? owner);
            using (owner)
            {
                SafetensorsWriter writer = OneFileModelWriter.Create(
                    new Dictionary<string, byte[]> { [ModelFiles.Config] = golden.Config.ToJson() }, new("golden", "", "tests", ""));
                ConvertedWeights.Plan(weights, golden.Config, storage).AddTo(writer);
                writer.Save(path);
            }
            using AlbertModel model = AlbertModel.Load(path);
            return RectangularForward.Run(
                    model, golden.BatchFor(AlbertArchitecture.AlbertModel), hiddenStates: false, TestContext.Current.CancellationToken)
                .Outputs.Single(output => output.Name == "last_hidden_state");
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static double Cosine(GoldenModel golden, GoldenTensor tensor, RectangularOutput output)
    {
        int width = golden.Config.HiddenSize;
        double product = 0, squareA = 0, squareB = 0;
        for (int i = 0; i < tensor.Reference.Length; i++)
        {
            if (golden.AttentionMask[i / width] == 0)
                continue;
            double a = tensor.Reference[i], b = output.Values[i];
            product += a * b;
            squareA += a * a;
            squareB += b * b;
        }
        return product / Math.Sqrt(squareA * squareB);
    }
}
