using AlbertNative.Annotations;
using AlbertNative.Checkpoints;
using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Testing;
using SentencePieceModel = AlbertNative.Tokenization.SentencePieceModel;
using Tokenizer = AlbertNative.Tokenization.Tokenizer;

namespace AlbertNative.ParityTests.Annotations;

/// <summary>
/// The models of the goldens of Spark NLP, by their names: those of the folder, the synthetic base model, and albert-nano's body
/// with synthetic heads.
/// </summary>
internal sealed class SparkNlpModels : IDisposable
{
    private readonly Dictionary<string, AnnotationModel> _opened = [];
    private readonly List<IDisposable> _held = [];

    /// <summary>The model of a name, opened when it is first asked for.</summary>
    public AnnotationModel Open(string name)
    {
        if (!_opened.TryGetValue(name, out AnnotationModel? model))
            _opened.Add(name, model = Create(name));
        return model;
    }

    public void Dispose()
    {
        foreach (AnnotationModel model in _opened.Values)
            model.Dispose();
        _held.Reverse();
        foreach (IDisposable held in _held)
            held.Dispose();
    }

    private AnnotationModel Create(string name) => name switch
    {
        "albert-base-synthetic" => Synthetic(name),
        "albert-nano-ner" => Headed(name, ModelArchitecture.TokenClassification, ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]),
        "albert-nano-seq" => Headed(name, ModelArchitecture.SequenceClassification, ["neg", "neutral", "pos"]),
        "albert-nano-nli" => Headed(name, ModelArchitecture.SequenceClassification, ["contradiction", "entailment", "neutral"]),
        "albert-nano-qa-swapped" => Headed(name, ModelArchitecture.QuestionAnswering, ["LABEL_0", "LABEL_1"], swapped: true),
        _ => AnnotationModel.Open(SharedFolder.Require("models", name)),
    };

    private AnnotationModel Synthetic(string name)
    {
        ModelConfig config = ModelConfig.Load(SharedFolder.Require("goldens", "model", "base-v2"));
        string vocabulary = SharedFolder.Require("vocab", "albert-en-v2.model");
        return Combine(name, config, new SyntheticCheckpoint(config, ModelArchitecture.Model), vocabulary);
    }

    private AnnotationModel Headed(string name, ModelArchitecture architecture, string[] labels, bool swapped = false)
    {
        string directory = SharedFolder.Require("models", "albert-nano");
        Checkpoint checkpoint = Checkpoint.Open(Path.Combine(directory, "model.safetensors"));
        _held.Add(checkpoint);
        ModelConfig config = ModelConfig.Load(directory) with { Labels = [.. labels] };
        return Combine(name, config, new HeadedNano(checkpoint, config, architecture, swapped), Path.Combine(directory, "spiece.model"));
    }

    private AnnotationModel Combine(string name, ModelConfig config, WeightSource weights, string vocabulary)
    {
        PreTrainedModel transformer = PreTrainedModel.Create(config, weights);
        _held.Add(transformer);
        return new AnnotationModel(
            name, new TextModel(transformer, Tokenizer.Load(vocabulary)), SentencePieceModel.Load(vocabulary));
    }

    /// <summary>albert-nano's encoder and pooler with the synthetic weights of a head.</summary>
    private sealed class HeadedNano : WeightSource
    {
        public HeadedNano(Checkpoint checkpoint, ModelConfig config, ModelArchitecture architecture, bool swapped)
        {
            IEnumerable<WeightTensor> body = From(checkpoint).Tensors.Where(tensor => tensor.Name.StartsWith("albert.", StringComparison.Ordinal));
            IEnumerable<WeightTensor> head = new SyntheticCheckpoint(config, architecture).Tensors
                .Where(tensor => !tensor.Name.StartsWith("albert.", StringComparison.Ordinal));
            Tensors = [.. body, .. head.Select(tensor => swapped ? new Swapped(tensor) : tensor)];
        }

        public override string Name => "albert-nano with a synthetic head";

        public override IReadOnlyList<WeightTensor> Tensors { get; }
    }

    /// <summary>A tensor of two rows, exchanged.</summary>
    private sealed class Swapped(WeightTensor tensor) : WeightTensor(tensor.Name, tensor.Type, tensor.Shape)
    {
        public override void CopyTo(long start, Span<float> destination)
        {
            float[] all = new float[ElementCount];
            tensor.CopyTo(0, all);
            int half = all.Length / 2;
            float[] swapped = [.. all[half..], .. all[..half]];
            swapped.AsSpan((int)start, destination.Length).CopyTo(destination);
        }
    }
}
