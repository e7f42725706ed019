using AlbertNative.Annotations;

namespace DocumentationSnippets;

internal static class Spark
{
    public static void Tokens()
    {
        AnnotationPipeline pipeline = new(
            new DocumentAssembler { InputCol = "text", OutputCol = "document" },
            new SentenceDetector { InputCols = ["document"], OutputCol = "sentence" },
            new Tokenizer { InputCols = ["sentence"], OutputCol = "token" });

        foreach (AnnotationRow row in pipeline.Transform(["Dr. Smith left. Why?"]))
        {
            foreach (Annotation token in row.Annotations("token"))
                Console.Write($"{token.Metadata["sentence"]}:{token.Result} ");
        }
    }

    public static void Page()
    {
        // "albert/albert-base-v1" for the page's weights, which are on the Hugging Face hub; here the model that comes along.
        using AnnotationModel model = AnnotationModel.Open("weights/albert-nano.safetensors");
        AnnotationPipeline pipeline = new(
            new DocumentAssembler { InputCol = "text", OutputCol = "document" },
            new Tokenizer { InputCols = ["document"], OutputCol = "token" },
            new AlbertEmbeddings(model) { InputCols = ["document", "token"], OutputCol = "embeddings" });

        foreach (AnnotationRow row in pipeline.Transform(["I love Spark NLP"]))
        {
            foreach (Annotation word in row.Annotations("embeddings"))
                Console.WriteLine($"{word.Begin}-{word.End} {word.Result} piece {word.Metadata["pieceId"]}, {word.Embeddings.Length} numbers");
        }
    }

    public static void SavedPipeline()
    {
        AnnotationPipeline pipeline = new(
            new DocumentAssembler { InputCol = "text", OutputCol = "document", CleanupMode = CleanupMode.Shrink },
            new SentenceDetector { InputCols = ["document"], OutputCol = "sentence" });
        pipeline.Save("pipeline.json");

        AnnotationPipeline loaded = AnnotationPipeline.Load("pipeline.json");
        Console.WriteLine(loaded.Transform([" Dr. Who  left. Why? "]).Single().Annotations("sentence")[0].Result);

        LightPipeline light = new(loaded);
        Console.WriteLine(light.Annotate("One. Two.")["sentence"].Count);
    }

    public static void OneLiner()
    {
        // Or NluPipeline.Load("en.embed.albert_base_v1"), which opens albert/albert-base-v1 from the hub and says so in Message.
        using NluPipeline nlu = NluPipeline.Load("weights/albert-nano.safetensors");
        foreach (NluRow row in nlu.Predict("I love Spark NLP. Do you?", OutputLevel.Sentence))
            Console.WriteLine($"{row.Text} {row.Vectors.Count} vectors in {nlu.EmbeddingsColumn}");
    }
}
