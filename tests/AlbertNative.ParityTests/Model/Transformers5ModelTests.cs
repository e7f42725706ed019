using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests.Model;

/// <summary>Directories as transformers 5 saves them, <c>models/interop-v5</c>: opened as they are, with its outputs in double precision.</summary>
public sealed class Transformers5ModelTests(ITestOutputHelper output)
{
    private const string Folder = "models/interop-v5";
    private const string ExpectedFile = "expected.safetensors";

    // Tiny models, whose logits are below 10: single precision is some 1e-6 away from double.
    private const double Allowed = 1e-5;

    public static TheoryData<string> Saved => new(SharedFolder.Directories(Folder).Select(directory => Path.GetFileName(directory)));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Saved))]
    public void A_directory_that_it_saves_gives_its_outputs(string name)
    {
        using GoldenModel golden = GoldenModel.Open($"{Folder}/{name}", ExpectedFile);
        using PreTrainedModel model = PreTrainedModel.Open(SharedFolder.Require(Folder, name));
        ModelArchitecture architecture = model.Config.DefaultArchitecture;
        Assert.Contains(architecture, model.Architectures);
        Dictionary<string, RectangularOutput> outputs = RectangularForward
            .Run(model, architecture, golden.BatchFor(architecture), hiddenStates: false, TestContext.Current.CancellationToken)
            .Outputs.ToDictionary(found => found.Name);
        GoldenTensor[] tensors = [.. golden.Tensors];
        // Nothing that it lacks is made up: a model without a pooler has no pooled output.
        Assert.Equal(tensors.Select(tensor => tensor.Output).Order(StringComparer.Ordinal), outputs.Keys.Order(StringComparer.Ordinal));
        foreach (GoldenTensor tensor in tensors)
        {
            Assert.Equal(architecture, tensor.Architecture);
            double difference = ModelParityTests.Compare(golden, tensor, outputs[tensor.Output]).Difference;
            output.WriteLine($"{tensor.Name}: {difference:e2}");
            Assert.InRange(difference, 0, Allowed);
        }
    }
}
