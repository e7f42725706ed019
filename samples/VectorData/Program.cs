// Keeps notes in a vector store of Microsoft.Extensions.VectorData, which computes their vectors with ALBERT, and searches them.
//
//     dotnet run --project samples/VectorData -- QUESTION [MODEL]

using System.Globalization;
using AlbertNative;
using AlbertNative.Extensions.AI;
using AlbertNative.Samples.VectorData;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

if (args.Length is < 1 or > 2)
{
    Console.Error.WriteLine("usage: VectorData QUESTION [MODEL]");
    return 2;
}
string model = args.ElementAtOrDefault(1) ?? Path.Combine(AppContext.BaseDirectory, "models", "albert-nano.safetensors");

using TextEmbedder embedder = TextEmbedder.Load(model);
using IEmbeddingGenerator<string, Embedding<float>> generator = new AlbertEmbeddingGenerator(embedder, "albert-nano");

// Any store of the abstraction takes its place: only this line names the one in memory.
using VectorStoreCollection<int, Note> notes = new InMemoryCollection<int, Note>("notes", generator, note => note.Number, note => note.Text);

await notes.EnsureCollectionExistsAsync();
await notes.UpsertAsync(
[
    new Note(1, "medicine", "A disease of the lungs that makes it hard to breathe."),
    new Note(2, "tools", "A machine that sews cloth."),
    new Note(3, "medicine", "A drug that lowers the fever."),
    new Note(4, "tools", "A tool for cutting wood."),
    new Note(5, "kings", "The king of Judah went up to Jerusalem."),
]);

await foreach (VectorSearchResult<Note> found in notes.SearchAsync(args[0], top: 2))
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{found.Score:F3}  {found.Record.Text}"));

Console.WriteLine("of medicine:");
VectorSearchOptions<Note> ofMedicine = new() { Filter = note => note.Topic == "medicine" };
await foreach (VectorSearchResult<Note> found in notes.SearchAsync(args[0], top: 1, ofMedicine))
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{found.Score:F3}  {found.Record.Text}"));
return 0;

/// <summary>What is kept.</summary>
internal sealed record Note(int Number, string Topic, string Text);
