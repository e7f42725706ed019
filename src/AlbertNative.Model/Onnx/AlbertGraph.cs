using System.Collections.Immutable;
using AlbertNative.Checkpoints;

namespace AlbertNative.Model.Onnx;

/// <summary>
/// Recognises an ALBERT in the weighted operations of a graph, by what feeds what: names are an exporter's own
/// business. Every operation has to find its place.
/// </summary>
internal sealed class AlbertGraph
{
    private readonly OnnxCheckpoint _file;
    private readonly OnnxDataflow _flow;
    private readonly OnnxGraph _graph;
    private readonly ILookup<int, OnnxPart> _consumers;
    private readonly HashSet<OnnxPart> _placed = [];

    private AlbertGraph(OnnxCheckpoint file, OnnxDataflow flow, OnnxGraph graph)
    {
        _file = file;
        _flow = flow;
        _graph = graph;
        _consumers = flow.Parts
            .SelectMany(part => Sources(part).Select(source => (source, part)))
            .ToLookup(pair => pair.source, pair => pair.part);
    }

    /// <summary>Finds every weight's place.</summary>
    /// <exception cref="CheckpointFormatException">The graph is not that of an ALBERT.</exception>
    public static AlbertParts Recognise(OnnxCheckpoint file, OnnxDataflow flow, OnnxGraph graph) =>
        new AlbertGraph(file, flow, graph).Recognise();

    private AlbertParts Recognise()
    {
        (OnnxPart word, OnnxPart position, OnnxPart type) = FindEmbeddings();
        OnnxPart norm = Require(OnnxPartKind.Norm, "the LayerNorm of the embeddings", word, position, type);
        OnnxPart? projection = FindProjection(norm);
        List<AlbertStepParts> steps = [];
        OnnxPart states = projection ?? norm;
        while (FindStep(states) is { } step)
        {
            steps.Add(step);
            states = step.OutputNorm;
        }
        if (steps.Count == 0)
            throw Error("no attention reads the embeddings: the graph is not that of an ALBERT or BERT");
        AlbertParts parts = new()
        {
            WordEmbeddings = word,
            PositionEmbeddings = position,
            TokenTypeEmbeddings = type,
            EmbeddingNorm = norm,
            EmbeddingProjection = projection,
            Steps = [.. steps],
        };
        parts = AddHeads(parts, states);
        if (_flow.Parts.FirstOrDefault(p => !_placed.Contains(p)) is { } stray)
            throw Error($"{stray} with the weight {stray.Weight} has no place in an ALBERT");
        return parts;
    }

    /// <summary>What alone reads the embeddings; where an attention reads them, its queries, keys and values do.</summary>
    private OnnxPart? FindProjection(OnnxPart norm)
    {
        List<OnnxPart> readers = Consumers(OnnxPartKind.Linear, norm);
        if (readers.Count != 1)
            return null;
        _placed.Add(readers[0]);
        return readers[0];
    }

    private (OnnxPart Word, OnnxPart Position, OnnxPart Type) FindEmbeddings()
    {
        OnnxPart[] tables = [.. _flow.Parts.Where(p => p.Kind == OnnxPartKind.Embedding)];
        if (tables.Length != 3)
            throw Error($"the graph looks rows up in {tables.Length} tables, an ALBERT in 3: words, positions and token types");
        OnnxPart word = tables.FirstOrDefault(t => IsFedBy(t, "input_ids"))
            ?? throw Error("no table is indexed by the input 'input_ids'");
        // Where token types are no input, they are still what is added to the words first.
        OnnxPart type = tables.FirstOrDefault(t => IsFedBy(t, "token_type_ids"))
            ?? tables.FirstOrDefault(t => t != word && _graph.Consumers(word.Output).Any(n => n.OpType == "Add" && n.Inputs.Contains(t.Output)))
            ?? throw Error("no table is that of the token types");
        OnnxPart position = tables.First(t => t != word && t != type);
        foreach (OnnxPart table in tables)
            _placed.Add(table);
        return (word, position, type);
    }

    private bool IsFedBy(OnnxPart table, string input) =>
        table.Origins.Any(o => o.Source < 0 && _file.Inputs[~o.Source].Name == input);

    private AlbertStepParts? FindStep(OnnxPart states)
    {
        foreach (OnnxPart query in Consumers(OnnxPartKind.Linear, states))
        {
            foreach (OnnxPart dense in _consumers[query.Index].Where(p => p.Kind == OnnxPartKind.Linear && Sources(p).Length == 3))
            {
                // softmax(query keys') values: the query is the left factor, the values are not under the softmax.
                OnnxPart? left = Origin(dense, new(0, ProductSide.Left, true));
                OnnxPart? key = Origin(dense, new(0, ProductSide.Right, true));
                OnnxPart? value = Origin(dense, new(0, ProductSide.Right, false));
                if (left != query || key is null || value is null || !IsFedByOnly(key, states) || !IsFedByOnly(value, states))
                    continue;
                return CompleteStep(states, query, key, value, dense);
            }
        }
        return null;
    }

    private AlbertStepParts CompleteStep(OnnxPart states, OnnxPart query, OnnxPart key, OnnxPart value, OnnxPart dense)
    {
        _placed.UnionWith([query, key, value, dense]);
        OnnxPart attentionNorm = Require(OnnxPartKind.Norm, "the LayerNorm after an attention", dense, states);
        OnnxPart ffn = Require(OnnxPartKind.Linear, "the feed-forward network", attentionNorm);
        OnnxPart ffnOutput = Require(OnnxPartKind.Linear, "the feed-forward network's output", ffn);
        OnnxPart outputNorm = Require(OnnxPartKind.Norm, "the LayerNorm of a layer", ffnOutput, attentionNorm);
        return new AlbertStepParts(query, key, value, dense, attentionNorm, ffn, ffnOutput, outputNorm);
    }

    private AlbertParts AddHeads(AlbertParts parts, OnnxPart states)
    {
        foreach (OnnxPart head in Consumers(OnnxPartKind.Linear, states))
        {
            _placed.Add(head);
            parts = AddHead(parts, head);
        }
        if (parts.Pooler is null)
            return parts;
        foreach (OnnxPart classifier in Consumers(OnnxPartKind.Linear, parts.Pooler))
        {
            _placed.Add(classifier);
            // Only pre-training has both heads, and its classifier is that of the sentence order.
            parts = parts.PredictionDense is null
                ? parts with { Classifier = Only(parts.Classifier, classifier) }
                : parts with { SentenceOrder = Only(parts.SentenceOrder, classifier) };
        }
        return parts;
    }

    private AlbertParts AddHead(AlbertParts parts, OnnxPart head)
    {
        if (Consumers(OnnxPartKind.Norm, head).FirstOrDefault() is { } norm)
        {
            _placed.Add(norm);
            return parts with
            {
                PredictionDense = Only(parts.PredictionDense, head),
                PredictionNorm = norm,
                PredictionDecoder = Require(OnnxPartKind.Linear, "the decoder of the masked-LM head", norm),
            };
        }
        if (head.OutputCount == head.InputCount && _graph.FindConsumer(head.Output, "Tanh") is not null)
            return parts with { Pooler = Only(parts.Pooler, head) };
        bool isAnswer = head.OutputCount == 2
            && (_graph.FindConsumer(head.Output, "Split") is not null || _file.Outputs.Any(o => o.Name == "start_logits"));
        return isAnswer
            ? parts with { Answer = Only(parts.Answer, head) }
            : parts with { Classifier = Only(parts.Classifier, head) };
    }

    private OnnxPart Only(OnnxPart? before, OnnxPart part) => before is null
        ? part
        : throw Error($"{before} and {part} are in the same place of the graph");

    /// <summary>The one part of a kind that is computed from exactly these.</summary>
    private OnnxPart Require(OnnxPartKind kind, string what, params ReadOnlySpan<OnnxPart> sources)
    {
        OnnxPart[] found = [.. Consumers(kind, sources)];
        if (found.Length != 1)
            throw Error($"{found.Length} operations in the place of {what}, which is after {sources[0]}");
        _placed.Add(found[0]);
        return found[0];
    }

    private List<OnnxPart> Consumers(OnnxPartKind kind, params ReadOnlySpan<OnnxPart> sources)
    {
        List<OnnxPart> found = [];
        foreach (OnnxPart part in _consumers[sources[0].Index])
        {
            if (part.Kind == kind && IsFedByOnly(part, sources))
                found.Add(part);
        }
        return found;
    }

    private static bool IsFedByOnly(OnnxPart part, params ReadOnlySpan<OnnxPart> sources)
    {
        ImmutableArray<int> found = Sources(part);
        if (found.Length != sources.Length)
            return false;
        foreach (OnnxPart source in sources)
        {
            if (!found.Contains(source.Index))
                return false;
        }
        return true;
    }

    /// <summary>The parts behind a part. What comes from the graph's inputs as well (a mask) is no weight.</summary>
    private static ImmutableArray<int> Sources(OnnxPart part) =>
        [.. part.Origins.Where(o => o.Source >= 0).Select(o => o.Source).Distinct()];

    private OnnxPart? Origin(OnnxPart part, OnnxOrigin role)
    {
        OnnxOrigin[] found = [.. part.Origins.Where(o => o.Source >= 0 && o with { Source = 0 } == role)];
        return found.Length == 1 ? _flow.Parts[found[0].Source] : null;
    }

    private CheckpointFormatException Error(string problem) => new(_file.Source, problem);
}
