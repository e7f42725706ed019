// Finds the lines of a text file that mean most nearly what is asked for.
//
//     dotnet run --project samples/SemanticSearch -- QUESTION [FILE [MODEL]]

using System.Globalization;
using System.Numerics.Tensors;
using AlbertNative;

if (args.Length is < 1 or > 3)
{
    Console.Error.WriteLine("usage: SemanticSearch QUESTION [FILE [MODEL]]");
    return 2;
}
string question = args[0];
string file = args.ElementAtOrDefault(1) ?? Path.Combine(AppContext.BaseDirectory, "lines.txt");
string model = args.ElementAtOrDefault(2) ?? Path.Combine(AppContext.BaseDirectory, "models", "albert-nano.safetensors");

// Vectors of length 1, so that their dot product is the cosine of the angle between them.
using TextEmbedder embedder = TextEmbedder.Load(
    model, new EmbeddingOptions { Normalize = true }, new TaskOptions { Overlong = Overlong.Truncate });

string[] lines = [.. File.ReadLines(file).Where(line => !string.IsNullOrWhiteSpace(line))];
float[] wanted = embedder.Embed(question);
var found = lines
    .Zip(embedder.Embed(lines), (line, vector) => (Line: line, Similarity: TensorPrimitives.Dot(wanted, vector)))
    .OrderByDescending(result => result.Similarity)
    .Take(3);

foreach ((string line, float similarity) in found)
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{similarity:F3}  {line}"));
return 0;
