using System.Globalization;
using System.Text;
using AlbertNative.Checkpoints;
using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Tensors;

namespace AlbertNative.ParityTests.Model;

/// <summary>How close models stay to Hugging Face's float64 in every form in which they are stored, and how large they are.</summary>
public sealed class StoredPrecisionTests
{
    private const double LeastCosineOfFloat32 = 1 - 1e-9;

    // The bar of base-sized models. In fewer than 200 hidden units the errors of 8 bits average out less, and more than 12
    // layers add up more of them.
    private const double LeastCosine = 0.9999;
    private const double LeastCosineOfOtherInt8 = 0.998;
    private const double LeastCosineOfDifferentLayers = 0.9997;
    private const int LeastHiddenSize = 200;
    private const int MostLayers = 12;

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GoldenModel.Folders), MemberType = typeof(GoldenModel))]
    public void Stays_within_the_bar(string folder)
    {
        using GoldenModel golden = GoldenModel.Open(folder);
        GoldenTensor? tensor = golden.Tensors.FirstOrDefault(
            tensor => tensor.Architecture == ModelArchitecture.Model && tensor.Output == "last_hidden_state");
        Assert.SkipWhen(tensor is null, "the folder has no last_hidden_state");

        StringBuilder table = new();
        foreach (WeightStorage storage in (WeightStorage[])[WeightStorage.Float32, WeightStorage.Float16, WeightStorage.Int8])
        {
            (RectangularOutput output, long bytes) = Run(golden, storage);
            double cosine = Cosine(golden, tensor, output);
            table.Append(CultureInfo.InvariantCulture, $"; {storage} {bytes:N0} bytes, 1 - cosine {1 - cosine:E2}");
            Assert.True(cosine >= LeastCosineOf(storage, golden.Config), $"{storage}: {cosine}");
        }
        double held = Cosine(golden, tensor, Run(golden, WeightStorage.Float32, WeightPrecision.Int8).Output);
        table.Append(CultureInfo.InvariantCulture, $"; Float32 held in 8 bits, 1 - cosine {1 - held:E2}");
        Assert.True(held >= LeastCosineOf(WeightStorage.Int8, golden.Config), $"held in 8 bits: {held}");
        TestContext.Current.SendDiagnosticMessage($"to float64, {folder}{table}");
    }

    private static double LeastCosineOf(WeightStorage storage, ModelConfig config) => storage switch
    {
        WeightStorage.Float32 => LeastCosineOfFloat32,
        WeightStorage.Int8 when config.HiddenSize < LeastHiddenSize || config.LayerCount > MostLayers => LeastCosineOfOtherInt8,
        // BERT's layers all differ, and so do their rounding errors, which then add up more.
        WeightStorage.Int8 when config.GroupCount > 1 => LeastCosineOfDifferentLayers,
        _ => LeastCosine,
    };

    /// <summary>The last hidden state of the model after it was written and read again, and the file's length.</summary>
    private static (RectangularOutput Output, long Bytes) Run(
        GoldenModel golden, WeightStorage storage, WeightPrecision? precision = null)
    {
        string path = Path.Combine(Path.GetTempPath(), $"albert-{Guid.NewGuid():N}.safetensors");
        try
        {
            WeightSource weights = golden.Weights(ModelArchitecture.Model, golden.Config, out IDisposable? owner);
            using (owner)
            {
                SafetensorsWriter writer = OneFileModelWriter.Create(
                    new Dictionary<string, byte[]> { [ModelFiles.Config] = golden.Config.ToJson() }, new("golden", "", "tests", ""));
                ConvertedWeights.Plan(weights, golden.Config, storage).AddTo(writer);
                writer.Save(path);
            }
            using PreTrainedModel opened = PreTrainedModel.Open(path, new ModelOptions { Precision = precision });
            RectangularOutput output = RectangularForward.Run(
                    opened, ModelArchitecture.Model, golden.BatchFor(ModelArchitecture.Model), hiddenStates: false, TestContext.Current.CancellationToken)
                .Outputs.Single(output => output.Name == "last_hidden_state");
            return (output, new FileInfo(path).Length);
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
