namespace AlbertNative.Serving;

/// <summary>A model as the scheduler sees it: how deep it is, what its sequences cost, what waits for it.</summary>
internal sealed class ModelWork
{
    public ModelWork(string name, int layers, int hiddenSize, CostModel cost, double expressShare, Func<IStepper> createStepper)
    {
        Name = name;
        Layers = layers;
        HiddenSize = hiddenSize;
        Cost = cost;
        CreateStepper = createStepper;
        Express = new WorkStream(this, WorkLane.Express, expressShare / (1 - expressShare));
        Bulk = new WorkStream(this, WorkLane.Bulk, 1);
    }

    /// <summary>The model's name, for metrics.</summary>
    public string Name { get; }

    public int Layers { get; }

    public int HiddenSize { get; }

    public CostModel Cost { get; }

    public Func<IStepper> CreateStepper { get; }

    /// <summary>True once nothing more will come, so that workers let go of it.</summary>
    public bool IsClosed { get; set; }

    public WorkStream Express { get; }

    public WorkStream Bulk { get; }
}
