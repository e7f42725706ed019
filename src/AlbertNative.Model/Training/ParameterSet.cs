using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>A model's parameters and their gradients, and the small modules that are made of them.</summary>
internal sealed class ParameterSet(ParameterLayout layout, float epsilon)
{
    public ParameterLayout Layout => layout;

    public ParameterBlock Values { get; } = new(layout.Length);

    public ParameterBlock Gradients { get; } = new(layout.Length);

    /// <summary>A linear layer; further modules are stacked below the first, whose parameters they follow.</summary>
    public TrainableLinear Linear(params ReadOnlySpan<string> modules)
    {
        TrainableParameter weight = layout[TensorCatalogue.Weight(modules[0])], bias = layout[TensorCatalogue.Bias(modules[0])];
        int outputs = modules.Length * (int)weight.Shape[0], inputs = (int)weight.Shape[1];
        return Linear(weight.Offset, bias.Offset, outputs, inputs);
    }

    /// <summary>A linear layer of any two parameters, such as a decoder tied to the word embeddings.</summary>
    public TrainableLinear Linear(TrainableParameter weight, TrainableParameter bias) =>
        Linear(weight.Offset, bias.Offset, (int)weight.Shape[0], (int)weight.Shape[1]);

    public TrainableNorm Norm(string module)
    {
        TrainableParameter weight = layout[TensorCatalogue.Weight(module)], bias = layout[TensorCatalogue.Bias(module)];
        return new TrainableNorm(
            Values.View(weight.Offset, 1, weight.Length), Values.View(bias.Offset, 1, bias.Length),
            Gradients.View(weight.Offset, 1, weight.Length), Gradients.View(bias.Offset, 1, bias.Length), epsilon);
    }

    /// <summary>A table of embeddings and its gradient.</summary>
    public (Matrix Values, Matrix Gradients) Table(string name)
    {
        TrainableParameter table = layout[name];
        int rows = (int)table.Shape[0], columns = (int)table.Shape[1];
        return (Values.View(table.Offset, rows, columns), Gradients.View(table.Offset, rows, columns));
    }

    private TrainableLinear Linear(int weight, int bias, int outputs, int inputs) => new(
        Values.View(weight, outputs, inputs), Values.View(bias, 1, outputs),
        Gradients.View(weight, outputs, inputs), Gradients.View(bias, 1, outputs));
}
