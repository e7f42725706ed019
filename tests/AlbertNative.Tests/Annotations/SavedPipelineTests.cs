using System.Buffers.Binary;
using System.Text;
using AlbertNative.Annotations;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Annotations;

/// <summary>Pipelines as Spark ML saves them, with stages of Spark NLP.</summary>
public sealed class SavedPipelineTests : IDisposable
{
    private const string Document = """{"class":"com.johnsnowlabs.nlp.DocumentAssembler","uid":"d","paramMap":{"inputCol":"text","outputCol":"document","cleanupMode":"shrink"},"defaultParamMap":{"outputCol":"document","cleanupMode":"disabled"}}""";

    private const string Sentences = """{"class":"com.johnsnowlabs.nlp.annotators.sbd.pragmatic.SentenceDetector","uid":"s","paramMap":{"inputCols":["document"],"outputCol":"sentence","customBounds":["\n"]},"defaultParamMap":{"useAbbrevations":true,"detectLists":true,"useCustomBoundsOnly":false,"customBoundsStrategy":"none","explodeSentences":false,"minLength":0,"lazyAnnotator":false}}""";

    private const string Tokens = """{"class":"com.johnsnowlabs.nlp.annotators.TokenizerModel","uid":"t","paramMap":{"inputCols":["sentence"],"outputCol":"token","targetPattern":"\\S+","caseSensitiveExceptions":true,"minLength":0},"defaultParamMap":{"targetPattern":"\\S+","caseSensitiveExceptions":true,"lazyAnnotator":false}}""";

    private const string Finished = """{"class":"com.johnsnowlabs.nlp.Finisher","uid":"f","paramMap":{"inputCols":["token"],"outputCols":["words"]},"defaultParamMap":{"valueSplitSymbol":"#","annotationSplitSymbol":"@","cleanAnnotations":true,"includeMetadata":false,"outputAsArray":true,"parseEmbeddingsVectors":false}}""";

    /// <summary>
    /// What Java and Scala 2.12 write of an <c>Object[]</c> that holds a list of pairs of a rule's text and its <c>scala.util.matching.Regex</c>,
    /// as Spark NLP's rules have them: those of the patterns in <see cref="Patterns"/>.
    /// </summary>
    private const string JavaRules =
        "rO0ABXVyABNbTGphdmEubGFuZy5PYmplY3Q7kM5YnxBzKWwCAAB4cAAAAAFzcgAMc2NhbGEuVHVwbGUyLpRmfVuS+fUCAAJMAAJfMXQAEkxqYXZhL2xh" +
        "bmcvT2JqZWN0O0wAAl8ycQB+AAN4cHQAC01BVENIX0ZJUlNUc3IAMnNjYWxhLmNvbGxlY3Rpb24uaW1tdXRhYmxlLkxpc3QkU2VyaWFsaXphdGlvblBy" +
        "b3h5AAAAAAAAAAEDAAB4cHNxAH4AAnQAIlxBKFsoXSopKFthLXpdKycpKFthLXpdKykoWy4pXSopXHpzcgAZc2NhbGEudXRpbC5tYXRjaGluZy5SZWdl" +
        "eOLt1Wqe8CG/AgACTAAHcGF0dGVybnQAGUxqYXZhL3V0aWwvcmVnZXgvUGF0dGVybjtMACVzY2FsYSR1dGlsJG1hdGNoaW5nJFJlZ2V4JCRncm91cE5h" +
        "bWVzdAAWTHNjYWxhL2NvbGxlY3Rpb24vU2VxO3hwc3IAF2phdmEudXRpbC5yZWdleC5QYXR0ZXJuRmfVa25JAg0CAAJJAAVmbGFnc0wAB3BhdHRlcm50" +
        "ABJMamF2YS9sYW5nL1N0cmluZzt4cAAAAAB0ACJcQShbKF0qKShbYS16XSsnKShbYS16XSspKFsuKV0qKVx6c3EAfgAGc3IALHNjYWxhLmNvbGxlY3Rp" +
        "b24uaW1tdXRhYmxlLkxpc3RTZXJpYWxpemVFbmQkilxjW/dTC20CAAB4cHhzcQB+AAJ0ABVcQShbKF0qKSguKykoWy4pXSopXHpzcQB+AApzcQB+AA4A" +
        "AAAAdAAVXEEoWyhdKikoLispKFsuKV0qKVx6cQB+ABJxAH4AFHg=";

    private readonly TemporaryFolder _folder = new();

    private string Saved => Path.Combine(_folder.Path, "saved");

    private static Tokenizer Patterns => new()
    {
        InputCols = ["sentence"],
        OutputCol = "token",
        PrefixPattern = @"\A([(]*)",
        SuffixPattern = @"([.)]*)\z",
        InfixPatterns = ["([a-z]+')([a-z]+)", "(.+)"],
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Its_stages_are_read_in_their_order_with_their_settings()
    {
        Save(Document, Sentences, Tokens, Finished);
        WriteRules(2, SavedTokenizer.RuleOf(".,;:!?*-()\"'"));
        AnnotationPipeline pipeline = AnnotationPipeline.LoadSaved(Saved);
        Assert.Equal(["d", "s", "t", "f"], pipeline.Stages.Select(stage => stage.Uid));
        AnnotationRow row = pipeline.Transform(["  (Dr. Who)  left.\nWhy? "]).Single();
        Assert.Equal(["(", "Dr", ".", "Who", ")", "left", ".", "Why", "?"], (IEnumerable<string>)row["words"]!);

        // And can be written as one document.
        AnnotationPipeline again = AnnotationPipeline.FromJson(pipeline.ToJson());
        Assert.Equal(row["words"], again.Transform(["  (Dr. Who)  left.\nWhy? "]).Single()["words"]);
    }

    [Fact]
    public void A_tokenizer_has_the_rules_that_it_was_fitted_with()
    {
        string[][] settings = [[".", ","], ["#"], ["a", "b"]];
        foreach (string[] context in settings)
        {
            Tokenizer wanted = new() { InputCols = ["sentence"], OutputCol = "token", ContextChars = context };
            AssertTokens(wanted, SavedTokenizer.RuleOf(string.Concat(context)));
        }
        AssertTokens(Patterns, @"\A([(]*)([a-z]+')([a-z]+)([.)]*)\z", @"\A([(]*)(.+)([.)]*)\z");
    }

    [Fact]
    public void Rules_are_found_among_the_objects_that_Java_writes()
    {
        Save(Document, Sentences, Tokens);
        WriteValue(2, Convert.FromBase64String(JavaRules));
        AssertSame(Patterns);
    }

    [Fact]
    public void Models_are_opened_by_their_directories()
    {
        string embeddings = Document.Replace("com.johnsnowlabs.nlp.DocumentAssembler", "com.johnsnowlabs.nlp.embeddings.AlbertEmbeddings", StringComparison.Ordinal)
            .Replace("\"uid\":\"d\"", "\"uid\":\"e\"", StringComparison.Ordinal)
            .Replace("""{"inputCol":"text","outputCol":"document","cleanupMode":"shrink"}""", """{"inputCols":["document","token"],"outputCol":"e","engine":"onnx","batchSize":2}""", StringComparison.Ordinal)
            .Replace("""{"outputCol":"document","cleanupMode":"disabled"}""", "{}", StringComparison.Ordinal);
        Save(Document, Tokens.Replace("\"sentence\"", "\"document\"", StringComparison.Ordinal), embeddings);
        WriteRules(1, SavedTokenizer.RuleOf("."));
        using AnnotationModel nano = AnnotationModel.Open(Nano.Path);
        List<string> asked = [];
        AnnotationPipeline pipeline = AnnotationPipeline.LoadSaved(Saved, name =>
        {
            asked.Add(name);
            return nano;
        }, AnnotationMode.HuggingFace);
        Assert.Equal([Path.Combine(Saved, "stages", "2_e")], asked);
        Assert.Equal(AnnotationMode.HuggingFace, pipeline.Stages[2].Mode);
        Assert.Equal(["one", "two"], pipeline.Transform(["one two"]).Single().Annotations("e").Select(word => word.Result));
        Assert.Contains("2_e", Refusal(() => AnnotationPipeline.LoadSaved(Saved)));
    }

    [Fact]
    public void A_stage_that_is_not_known_is_refused_by_name_before_any_model_is_opened()
    {
        Save(Document, Document.Replace("DocumentAssembler", "annotators.Stemmer", StringComparison.Ordinal).Replace("\"d\"", "\"x\"", StringComparison.Ordinal));
        string refusal = Refusal(() => AnnotationPipeline.LoadSaved(Saved, _ => throw new InvalidOperationException("it was opened")));
        Assert.Contains("1_x: the stage 'com.johnsnowlabs.nlp.annotators.Stemmer' is not supported", refusal);
    }

    [Theory]
    [InlineData("""{"class":"org.apache.spark.ml.PipelineModel","uid":"p","paramMap":{}}""", "has no 'stageUids'")]
    [InlineData("""{"class":"org.apache.spark.ml.PipelineModel","uid":"p","paramMap":{"stageUids":[]}}""", "has no 'stageUids'")]
    [InlineData("""{"class":"org.apache.spark.ml.PipelineModel","uid":"p","paramMap":{"stageUids":["../d"]}}""", "which is no name")]
    [InlineData("""{"class":"org.apache.spark.ml.PipelineModel","uid":"p","paramMap":{"stageUids":[7]}}""", "which is no name")]
    [InlineData("""{"class":"org.apache.spark.ml.PipelineModel","uid":"p","paramMap":{"stageUids":["gone"]}}""", "0_gone: there is no metadata")]
    [InlineData("""{"class":"com.johnsnowlabs.nlp.DocumentAssembler","uid":"d","paramMap":{}}""", "expected a pipeline")]
    public void What_is_no_pipeline_is_refused(string metadata, string message)
    {
        _folder.Write("saved/metadata/part-00000", metadata);
        Assert.Contains(message, Refusal(() => AnnotationPipeline.LoadSaved(Saved)));
    }

    [Fact]
    public void A_tokenizer_without_rules_is_refused()
    {
        Save(Document, Tokens.Replace("\"sentence\"", "\"document\"", StringComparison.Ordinal));
        Assert.Contains("there is no fields", Refusal(() => AnnotationPipeline.LoadSaved(Saved)));
        WriteRules(1, "no rule", @"\Abut no end");
        Assert.Contains("no rule of a tokenizer is found", Refusal(() => AnnotationPipeline.LoadSaved(Saved)));
    }

    [Fact]
    public void Damaged_rules_are_refused_or_are_other_rules()
    {
        Save(Document, Tokens.Replace("\"sentence\"", "\"document\"", StringComparison.Ordinal));
        string path = WriteRules(1, SavedTokenizer.RuleOf(".,"));
        byte[] whole = File.ReadAllBytes(path);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.NotEmpty(Refusal(() => AnnotationPipeline.LoadSaved(Saved)));
        }
        Random random = new(4);
        for (int i = 0; i < 300; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, damaged);
            try
            {
                AnnotationPipeline.LoadSaved(Saved);
            }
            catch (PipelineFormatException)
            {
                // A rule may be another one, or none.
            }
        }
    }

    private static string Refusal(Action read) => Assert.Throws<PipelineFormatException>(read).Message;

    private void AssertTokens(Tokenizer wanted, params string[] rules)
    {
        if (Directory.Exists(Saved))
            Directory.Delete(Saved, recursive: true);
        Save(Document, Sentences, Tokens);
        WriteRules(2, rules);
        AssertSame(wanted);
    }

    private void AssertSame(Tokenizer wanted)
    {
        AnnotationPipeline saved = AnnotationPipeline.LoadSaved(Saved);
        AnnotationPipeline made = new(saved.Stages[0], saved.Stages[1], wanted);
        string[] texts = ["(l'une.) a#b, #c# (x). baa ab, b'a", "a..b ,c, 'x'"];
        Assert.Equal(
            made.Transform(texts).SelectMany(row => row.Annotations("token")).Select(token => token.ToString()),
            saved.Transform(texts).SelectMany(row => row.Annotations("token")).Select(token => token.ToString()));
    }

    private void Save(params string[] stages)
    {
        string[] uids = [.. stages.Select(stage => System.Text.Json.JsonDocument.Parse(stage).RootElement.GetProperty("uid").GetString()!)];
        _folder.Write(
            "saved/metadata/part-00000",
            $$$"""{"class":"org.apache.spark.ml.PipelineModel","uid":"p","paramMap":{"stageUids":[{{{string.Join(',', uids.Select(uid => $"\"{uid}\""))}}}]},"defaultParamMap":{}}""");
        _folder.Write("saved/metadata/_SUCCESS", "");
        for (int i = 0; i < stages.Length; i++)
            _folder.Write($"saved/stages/{i}_{uids[i]}/metadata/part-00000", stages[i]);
    }

    // A SequenceFile with one value: strings as Java serialises them, among others' bytes.
    private string WriteRules(int stage, params string[] rules)
    {
        using MemoryStream value = new();
        value.Write([0xAC, 0xED, 0x00, 0x05, 0x73, 0x72, 0x74]);
        foreach (string rule in rules)
        {
            byte[] text = Encoding.UTF8.GetBytes(rule);
            value.Write([0x74, (byte)(text.Length >> 8), (byte)text.Length, .. text, 0x71, 0x00, 0x7E, 0x00, 0x05]);
        }
        return WriteValue(stage, value.ToArray());
    }

    private string WriteValue(int stage, byte[] bytes)
    {
        using MemoryStream file = new();
        file.Write("SEQ\u0006"u8);
        foreach (string name in (string[])["org.apache.hadoop.io.NullWritable", "org.apache.hadoop.io.BytesWritable"])
            file.Write([(byte)name.Length, .. Encoding.ASCII.GetBytes(name)]);
        file.Write([0, 0, 0, 0, 0, 0, .. new byte[16]]);
        foreach (int number in (int[])[bytes.Length + 4, 0, bytes.Length])
        {
            byte[] four = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(four, number);
            file.Write(four);
        }
        file.Write(bytes);
        string uid = Path.GetFileName(Directory.EnumerateDirectories(Path.Combine(Saved, "stages"), $"{stage}_*").Single());
        return _folder.Write($"saved/stages/{uid}/fields/rules/part-00000", file.ToArray());
    }
}
