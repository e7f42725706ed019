using System.CommandLine;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using System.Text.Unicode;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary><c>albert search</c>: the lines of a file, or the texts of an index, that mean most nearly what a query asks.</summary>
internal sealed class SearchCommand : TextCommand
{
    public const string Word = "search";
    public const string Summary = "Find the lines of a file, or the texts of an index, that mean most nearly what a query asks";

    private const int DefaultTopK = 10;

    private readonly ModelOptionSet _model;
    private readonly Option<string?> _lines = new("--lines") { Description = "The file to search, a text a line", HelpName = "FILE" };
    private readonly Option<string?> _index = new("--index") { Description = "The index to search, made by albert index", HelpName = "INDEX" };
    private readonly Option<int?> _topK = new("--top-k", "-k") { Description = $"How many texts [default: {DefaultTopK}]", HelpName = "N" };

    public SearchCommand(Session session)
        : base(
            session, Word, Summary,
            ("QUERY", "Queries, each answered by itself; in JSON lines {\"query\"}"))
    {
        _model = new(this, DefaultModel.MiniLM, OverlongAction.Refuse, OverlongAction.Truncate, OverlongAction.Window);
        Add(_lines);
        Add(_index);
        Add(_topK.AtLeast(1));
        Validators.Add(command =>
        {
            if (command.GetValue(_lines) is null == command.GetValue(_index) is null)
                command.AddError("name what to search: --lines FILE or --index INDEX, one of the two");
        });
    }

    private delegate IReadOnlyList<IReadOnlyList<SearchHit>> Find(IReadOnlyList<float[]> queries, RunProgress progress, CancellationToken cancellationToken);

    protected override int Execute(ParseResult parsed)
    {
        using TextModel model = _model.Open(parsed, Session);
        using TextEmbedder embedder = new(model, options: _model.Value(parsed));
        TextSearch search = new(embedder);
        int topK = parsed.GetValue(_topK) ?? DefaultTopK;
        if (parsed.GetValue(_lines) is string path)
            return Answer(parsed, search, (queries, progress, cancellationToken) => InLines(search, path, queries, topK, progress, cancellationToken));

        using VectorIndex index = VectorIndex.Open(parsed.GetValue(_index)!);
        search.Require(index);
        return Answer(parsed, search, (queries, progress, cancellationToken) => InIndex(index, queries, topK, progress, cancellationToken));
    }

    private int Answer(ParseResult parsed, TextSearch search, Find find) => Run(
        parsed,
        new TextWork<string, IReadOnlyList<SearchHit>>
        {
            Expected = "a query",
            FromColumns = columns => columns[0],
            FromRecord = record => record.Text("query"),
            Compute = (queries, cancellationToken) => Compute(search, queries, find, cancellationToken),
            WriteJson = (json, _, hits) => WriteJson(json, hits),
            Render = Render,
        },
        showsProgress: false);

    // Those before a query that cannot be embedded are answered first.
    private IEnumerable<IReadOnlyList<SearchHit>> Compute(
        TextSearch search, IEnumerable<string> queries, Find find, CancellationToken cancellationToken)
    {
        List<float[]> vectors = [];
        ExceptionDispatchInfo? fault = null;
        try
        {
            vectors.AddRange(search.EmbedQueries(queries, cancellationToken));
        }
        catch (ArgumentException e)
        {
            fault = ExceptionDispatchInfo.Capture(e);
        }
        if (vectors.Count > 0)
        {
            foreach (IReadOnlyList<SearchHit> hits in find(vectors, RunProgress.Create(Session.Terminal, resultsOnScreen: false), cancellationToken))
                yield return hits;
        }
        fault?.Throw();
    }

    private static IReadOnlyList<IReadOnlyList<SearchHit>> InIndex(
        VectorIndex index, IReadOnlyList<float[]> queries, int topK, RunProgress progress, CancellationToken cancellationToken)
    {
        IReadOnlyList<IReadOnlyList<SearchHit>> found = [];
        progress.During(index.Count, () => found = index.Search(queries, topK, new Compared(progress), cancellationToken));
        return found;
    }

    private static IReadOnlyList<IReadOnlyList<SearchHit>> InLines(
        TextSearch search, string path, IReadOnlyList<float[]> queries, int topK, RunProgress progress, CancellationToken cancellationToken)
    {
        IReadOnlyList<IReadOnlyList<SearchHit>> found = [];
        using FileStream stream = OpenLines(path);
        long read = 0;
        progress.During(stream.CanSeek ? stream.Length : null, () =>
        {
            try
            {
                found = search.Search(queries, Lines(path, stream, number => read = number, progress), topK, cancellationToken);
            }
            catch (ArgumentException e)
            {
                // The fault is the file's, not a query's; a line that is too long ends its pass, so that it is the last that was read.
                throw new FormatException($"{path}, line {read}: {OneLine.Of(e)}", e);
            }
        });
        return found;
    }

    private static IEnumerable<string> Lines(string path, FileStream stream, Action<long> reading, RunProgress progress)
    {
        LineReader reader = new(stream);
        for (long number = 1; reader.Read() is byte[] line; number++)
        {
            reading(number);
            if (!Utf8.IsValid(line))
                throw new FormatException($"{path}, line {number}: not valid UTF-8");
            progress.Report(number, reader.Position);
            yield return Terminal.Utf8.GetString(line);
        }
    }

    private static FileStream OpenLines(string path)
    {
        if (Directory.Exists(path))
            throw new FormatException($"cannot search {path}: it is a directory");
        return new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
    }

    private static void WriteJson(Utf8JsonWriter json, IReadOnlyList<SearchHit> hits)
    {
        json.WriteStartArray("hits");
        foreach (SearchHit hit in hits)
        {
            json.WriteStartObject();
            json.WriteNumber("line", hit.Index + 1);
            json.WriteNumber("score", hit.Score);
            json.WriteText("text", hit.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Render(IAnsiConsole console, string query, IReadOnlyList<SearchHit> hits)
    {
        Table table = Tables.Create("score", "line", "text").Title(Markup.Escape(query));
        foreach (SearchHit hit in hits)
            table.Add(hit.Score, hit.Index + 1, hit.Text);
        console.Write(table);
    }

    // Not Progress<T>, which would report later and elsewhere.
    private sealed class Compared(RunProgress progress) : IProgress<long>
    {
        public void Report(long value) => progress.Report(value, value);
    }
}
