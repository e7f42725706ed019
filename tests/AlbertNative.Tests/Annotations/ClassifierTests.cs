using System.Globalization;
using AlbertNative.Annotations;
using AlbertNative.Model;

namespace AlbertNative.Tests.Annotations;

/// <summary>What the classifiers do outside the mode that follows Spark NLP's faults.</summary>
public sealed class ClassifierTests
{
    private static readonly PipelineStage[] Sentences =
    [
        TextStages.Document,
        new SentenceDetector { InputCols = ["document"], OutputCol = "sentence" },
        new Tokenizer { InputCols = ["sentence"], OutputCol = "token", MinLength = 2 },
    ];

    [Fact]
    public void Each_sentence_with_tokens_has_its_own_label_whatever_the_batch()
    {
        using AnnotationModel model = SmallModels.Albert(ModelArchitecture.SequenceClassification, "a", "b", "c");
        string text = "c. The king went. d. His servants went up.";
        Annotation[] one = Labels(text, new AlbertForSequenceClassification(model) { InputCols = ["sentence", "token"], OutputCol = "class", BatchSize = 1 });
        Annotation[] many = Labels(text, new AlbertForSequenceClassification(model) { InputCols = ["sentence", "token"], OutputCol = "class", BatchSize = 8 });
        Assert.Equal(["1", "3"], one.Select(a => a.Metadata["sentence"]));
        Assert.Equal([3, 21], one.Select(a => a.Begin));
        Assert.Equal(one.Select(a => a.Metadata["a"]), many.Select(a => a.Metadata["a"]));
    }

    [Fact]
    public void Several_labels_may_be_above_the_threshold()
    {
        using AnnotationModel model = SmallModels.Albert(ModelArchitecture.SequenceClassification, "a", "b", "c");
        Annotation[] all = Labels("The king", new AlbertForSequenceClassification(model) { InputCols = ["sentence", "token"], OutputCol = "class", Multilabel = true, Threshold = 0 });
        Assert.Equal(["a", "b", "c"], all.Select(a => a.Result));
        float highest = all[0].Metadata.Where(pair => pair.Key != "sentence").Max(pair => float.Parse(pair.Value!, CultureInfo.InvariantCulture));
        Annotation[] none = Labels("The king", new AlbertForSequenceClassification(model) { InputCols = ["sentence", "token"], OutputCol = "class", Activation = "sigmoid", Threshold = highest });
        Assert.Empty(none);
    }

    [Fact]
    public void Sentences_are_averaged_into_one()
    {
        using AnnotationModel model = SmallModels.Albert(ModelArchitecture.SequenceClassification, "a", "b");
        AlbertForSequenceClassification each = new(model) { InputCols = ["sentence", "token"], OutputCol = "class" };
        AlbertForSequenceClassification together = new(model) { InputCols = ["sentence", "token"], OutputCol = "class", CoalesceSentences = true, BatchSize = 1 };
        float[] scores = [.. Labels("The king. Went up.", each).Select(a => float.Parse(a.Metadata["a"]!, CultureInfo.InvariantCulture))];
        Annotation mean = Assert.Single(Labels("The king. Went up.", together));
        Assert.Equal((scores[0] + scores[1]) / 2, float.Parse(mean.Metadata["a"]!, CultureInfo.InvariantCulture), 1e-6f);
        Assert.Empty(Labels("", together));
    }

    [Fact]
    public void Candidates_are_ranked_by_what_follows_from_the_text()
    {
        using AnnotationModel model = SmallModels.Albert(ModelArchitecture.SequenceClassification, "neutral", "Entailment", "contradiction");
        foreach (AnnotationMode mode in Enum.GetValues<AnnotationMode>())
        {
            AlbertForZeroShotClassification stage = new(model)
            {
                InputCols = ["sentence", "token"],
                OutputCol = "class",
                CandidateLabels = ["kings", "servants"],
                Mode = mode,
            };
            Annotation label = Assert.Single(Labels("The king went.", stage));
            float[] scores = [.. stage.CandidateLabels.Select(name => float.Parse(label.Metadata[name]!, CultureInfo.InvariantCulture))];
            Assert.Equal(1, scores.Sum(), 1e-5f);
            Assert.Equal(stage.CandidateLabels[scores[0] >= scores[1] ? 0 : 1], label.Result);
        }
    }

    [Fact]
    public void A_model_without_labels_of_inference_is_refused()
    {
        using AnnotationModel model = SmallModels.Albert(ModelArchitecture.SequenceClassification, "a", "b");
        Assert.Contains("entail", Assert.Throws<ArgumentException>(() => new AlbertForZeroShotClassification(model)).Message);
    }

    [Fact]
    public void An_answer_is_a_slice_of_the_context_where_Hugging_Faces_is_wanted()
    {
        using AnnotationModel model = SmallModels.Albert(ModelArchitecture.QuestionAnswering, "a", "b");
        string context = "The king went up to Jerusalem, and his servants with him.";
        Annotation answer = Answer(model, AnnotationMode.HuggingFace, "Who went up?", context).Single();
        Assert.Equal(context[answer.Begin..(answer.End + 1)], answer.Result);
        Assert.Empty(Answer(model, AnnotationMode.HuggingFace, "Who?", null));
        Assert.Equal("0", Assert.Single(Answer(model, AnnotationMode.SparkNlp, "Who?", null)).Metadata["sentence"]);
    }

    [Fact]
    public void The_best_choice_is_given_as_it_stands()
    {
        using AnnotationModel model = SmallModels.Albert(ModelArchitecture.MultipleChoice, "a");
        foreach (AnnotationMode mode in Enum.GetValues<AnnotationMode>())
        {
            AlbertForMultipleChoice stage = new(model) { InputCols = ["q", "c"], OutputCol = "choice", MaxSentenceLength = 64, Mode = mode };
            Annotation choice = Assert.Single(Pairs(stage, "The king went", "up, down,to Jerusalem"));
            Assert.Contains(choice.Result, (string[])["up", " down", "to Jerusalem"]);
            Assert.Empty(Pairs(stage, "The king went", ",,"));
        }
    }

    [Fact]
    public void A_BERT_has_stages_of_its_own()
    {
        using AnnotationModel model = SmallModels.Bert(ModelArchitecture.TokenClassification, "O", "B-X");
        Annotation[] tags = Labels("The kings went.", new BertForTokenClassification(model) { InputCols = ["sentence", "token"], OutputCol = "ner" });
        Assert.Equal(["The", "kings", "went"], tags.Select(tag => tag.Metadata["word"]));
        Annotation[] words = Labels("The kings went.", new BertEmbeddings(model) { InputCols = ["sentence", "token"], OutputCol = "e" });
        Assert.Equal(["5", "6", "8"], words.Select(word => word.Metadata["pieceId"]));
        Assert.Contains("Albert", Assert.Throws<ArgumentException>(() => new AlbertEmbeddings(model)).Message);
        BertEmbeddings exact = new(model) { InputCols = ["sentence", "token"], Mode = AnnotationMode.SparkNlpExact };
        Assert.Contains("spark-nlp-exact", Assert.Throws<ArgumentException>(() => new AnnotationPipeline([.. Sentences, exact])).Message);
    }

    [Fact]
    public void Labels_of_a_CRF_are_chosen_together_as_the_tagger_chooses_them()
    {
        using AnnotationModel model = SmallModels.AlbertWithCrf("O", "B-X", "I-X");
        string[] words = ["the", "king", "went", "up", "to", "jerusalem"];
        Annotation[] tags = Labels(
            string.Join(' ', words),
            new AlbertForTokenClassification(model) { InputCols = ["sentence", "token"], OutputCol = "ner", Mode = AnnotationMode.HuggingFace });
        LabelScore?[] expected = [.. new TokenClassifier(model.Model).ClassifyWords(words)];
        Assert.Equal(expected.Select(label => label!.Value.Label), tags.Select(tag => tag.Result));
        for (int word = 0; word < words.Length; word++)
            Assert.Equal(expected[word]!.Value.Score, float.Parse(tags[word].Metadata[tags[word].Result]!, CultureInfo.InvariantCulture), 1e-5f);
        Assert.All(tags, tag => Assert.Equal(1, ((string[])["O", "B-X", "I-X"]).Sum(label => float.Parse(tag.Metadata[label]!, CultureInfo.InvariantCulture)), 1e-4f));
    }

    [Fact]
    public void A_BERT_classifies_and_answers()
    {
        using AnnotationModel classifier = SmallModels.Bert(ModelArchitecture.SequenceClassification, "a", "b");
        Assert.Single(Labels("The king", new BertForSequenceClassification(classifier) { InputCols = ["sentence", "token"], OutputCol = "class" }));
        using AnnotationModel answerer = SmallModels.Bert(ModelArchitecture.QuestionAnswering, "a", "b");
        BertForQuestionAnswering stage = new(answerer) { InputCols = ["q", "c"], OutputCol = "answer", Mode = AnnotationMode.HuggingFace };
        Assert.Contains(Assert.Single(Pairs(stage, "the king", "the king went up")).Result, "the king went up");
    }

    private static Annotation[] Labels(string text, Annotator stage) =>
        [.. new AnnotationPipeline([.. Sentences, stage]).Transform([text]).Single().Annotations(stage.OutputCol)];

    private static IReadOnlyList<Annotation> Answer(AnnotationModel model, AnnotationMode mode, string question, string? context) =>
        Pairs(new AlbertForQuestionAnswering(model) { InputCols = ["q", "c"], OutputCol = "answer", Mode = mode }, question, context);

    private static IReadOnlyList<Annotation> Pairs(Annotator stage, string first, string? second)
    {
        AnnotationFrame frame = new(
            new FrameSchema([new("first", ColumnKind.Text), new("second", ColumnKind.Text)]),
            [new AnnotationRow([new("first", first), new("second", second)])]);
        return new AnnotationPipeline(new MultiDocumentAssembler { InputCols = ["first", "second"], OutputCols = ["q", "c"] }, stage)
            .Transform(frame).Rows.Single().Annotations(stage.OutputCol);
    }
}
