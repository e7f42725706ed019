using AlbertNative.Model;

namespace AlbertNative.Annotations;

/// <summary>An annotator that says something of each token: of the first piece of each.</summary>
public abstract class TokenModelAnnotator : ModelAnnotator
{
    private readonly Lazy<SentenceInputs> _inputs;

    private protected TokenModelAnnotator(AnnotationModel model, ModelFamily family)
        : base(model, family) => _inputs = new(() => new SentenceInputs(Model, Mode, CaseSensitive, Limit));

    /// <summary>
    /// Told of tokens that get no annotation, since their sentence is too long: they are otherwise left out in silence, as by
    /// Spark NLP. Called on the thread that computes.
    /// </summary>
    public Action<CutTokens>? OnCut { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> InputTypes { get; } = [AnnotatorTypes.Document, AnnotatorTypes.Token];

    /// <summary>Whether Spark NLP takes each row by itself, and numbers only the sentences that have tokens.</summary>
    private protected abstract bool TakesRowsAlone { get; }

    internal override void Validate()
    {
        base.Validate();
        _ = _inputs.Value;
    }

    private protected override IReadOnlyList<IReadOnlyList<Annotation>> AnnotateRows(
        IReadOnlyList<IReadOnlyList<Annotation>> rows, CancellationToken cancellationToken)
    {
        List<Annotation>[] annotated = [.. rows.Select(_ => new List<Annotation>())];
        List<TokenSentence> sentences = [.. rows.SelectMany((row, i) => SentencesOf(i, row))];
        foreach (IReadOnlyList<SentenceInput> pass in PassesOf(sentences))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Annotate(pass, (sentence, annotation) => annotated[sentence.Row].Add(annotation), cancellationToken);
            ReportCuts(pass);
        }
        return annotated;
    }

    /// <summary>Annotates the words of some sentences.</summary>
    private protected abstract void Annotate(
        IReadOnlyList<SentenceInput> pass, Action<TokenSentence, Annotation> add, CancellationToken cancellationToken);

    /// <summary>Whether a sentence has a word that the model can say something of.</summary>
    private protected static bool HasWords(SentenceInput input) => input.Starts.Count > 0;

    private List<TokenSentence> SentencesOf(int row, IReadOnlyList<Annotation> annotations)
    {
        List<TokenSentence> sentences = TokenSentence.Of(row, annotations);
        return IsExact && TakesRowsAlone ? [.. sentences.Select((sentence, i) => sentence with { Index = i })] : sentences;
    }

    private IEnumerable<IReadOnlyList<SentenceInput>> PassesOf(List<TokenSentence> sentences)
    {
        if (!IsExact)
            return InputPasses.Of(Encode(_inputs.Value, sentences).Where(HasWords), input => input.Ids.Length);
        IEnumerable<IEnumerable<TokenSentence>> groups = TakesRowsAlone ? sentences.GroupBy(sentence => sentence.Row) : [sentences];
        return groups.SelectMany(group => group.Chunk(BatchSize))
            .Select(batch => (IReadOnlyList<SentenceInput>)[.. Encode(_inputs.Value, batch).Where(HasWords)])
            .Where(batch => batch.Count > 0);
    }

    private void ReportCuts(IReadOnlyList<SentenceInput> pass)
    {
        if (OnCut is null)
            return;
        foreach (SentenceInput input in pass)
        {
            int last = input.Starts.Max(start => start.Token);
            if (input.IsCut && last + 1 < input.Sentence.Tokens.Count)
                OnCut(new CutTokens(input.Sentence.Document, [.. input.Sentence.Tokens.Skip(last + 1)], Limit));
        }
    }
}
