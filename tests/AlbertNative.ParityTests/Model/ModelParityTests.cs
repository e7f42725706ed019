using System.Globalization;
using System.Text;
using AlbertNative.Cli;
using AlbertNative.Model;

namespace AlbertNative.ParityTests.Model;

/// <summary>
/// Every class and stage against Hugging Face's float64: the largest difference may be twice what Hugging Face's own
/// float32 has, plus 2e-7.
/// </summary>
public sealed class ModelParityTests
{
    internal const double OwnFactor = 2;
    internal const double Slack = 2e-7;

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GoldenModel.Folders), MemberType = typeof(GoldenModel))]
    public void Stays_as_close_to_float64_as_Hugging_Face(string folder)
    {
        using GoldenModel golden = GoldenModel.Open(folder);
        StringBuilder table = new();
        List<string> failures = [];
        double worst = 0;
        foreach (IGrouping<ModelArchitecture, GoldenTensor> tensors in golden.Tensors.GroupBy(tensor => tensor.Architecture))
        {
            Dictionary<string, RectangularOutput> outputs = Run(golden, tensors.First());
            foreach (GoldenTensor tensor in tensors)
            {
                (double difference, double own) = Compare(golden, tensor, outputs[tensor.Output]);
                double allowed = (OwnFactor * own) + Slack;
                string line = string.Create(CultureInfo.InvariantCulture,
                    $"{tensor.Name,-44} {difference:0.0e-00}  Hugging Face {own:0.0e-00}  allowed {allowed:0.0e-00}");
                table.Append("\n  ").Append(line);
                worst = Math.Max(worst, difference / allowed);
                if (!(difference <= allowed))
                    failures.Add(line);
            }
        }
        // A diagnostic message, because the output of a test that passes is not shown.
        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture,
            $"largest difference from float64, {folder}: at most {worst:P0} of what is allowed{table}"));
        Assert.Empty(failures);
    }

    private static Dictionary<string, RectangularOutput> Run(GoldenModel golden, GoldenTensor tensor)
    {
        ModelConfig config = golden.ConfigOf(tensor);
        WeightSource weights = golden.Weights(tensor.Architecture, config, out IDisposable? owner);
        using (owner)
        {
            using PreTrainedModel model = PreTrainedModel.Create(config, weights);
            RectangularBatch batch = golden.BatchFor(tensor.Architecture);
            return RectangularForward.Run(model, tensor.Architecture, batch, hiddenStates: true, TestContext.Current.CancellationToken)
                .Outputs.ToDictionary(output => output.Name);
        }
    }

    internal static (double Difference, double Own) Compare(GoldenModel golden, GoldenTensor tensor, RectangularOutput output)
    {
        int columns = output.Shape.Length > 1 ? (int)output.Shape[1] : 1;
        int width = output.Values.Length / (int)(output.Shape[0] * columns);
        bool perColumn = tensor.IsPerColumn;
        double difference = tensor.LargestDifference(golden, (sequence, column, index) => perColumn
            ? output.Values[(((sequence * columns) + column) * width) + index]
            : output.Values[(sequence * columns * width) + index]);
        return (difference, tensor.OwnDifference(golden));
    }
}
