using System.Reflection;
using System.Text.RegularExpressions;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Docs;

/// <summary>
/// Every C# block of a page is the body of a method in <c>Docs/Snippets</c>, so that it compiles, and that method runs;
/// a <c>text</c> block that follows is what it prints. Usings at the head of a block stand at the head of the file, whose
/// namespace is outside AlbertNative so that none of them is idle.
/// </summary>
[Collection(WorkingFolder.Collection)]
public sealed partial class DocumentedCodeTests(WorkingFolder folder)
{
    private const string Head = "    public static ";

    public static TheoryData<string> Pages => [.. CodeBlock.Pages()];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Code_compiles_runs_and_prints_what_the_page_shows(string page)
    {
        folder.Clear();
        List<CodeBlock> blocks = CodeBlock.Of(page);
        for (int i = 0; i < blocks.Count; i++)
        {
            if (blocks[i].Language is not ("csharp" or "cs" or "c#"))
                continue;
            string output = await Run(Find(blocks[i]));
            if (i + 1 < blocks.Count && blocks[i + 1].Language == "text")
                ExpectedOutput.AssertMatches(blocks[i + 1].Lines, output, $"{page}({blocks[i + 1].Line})");
        }
    }

    [Fact]
    public void Every_snippet_stands_on_a_page()
    {
        Snippet[] used = [.. from page in CodeBlock.Pages() from block in CodeBlock.Of(page) where block.Language == "csharp" select Find(block)];
        Assert.Empty(Snippets().Except(used).Select(snippet => $"{snippet.File}: {snippet.Method}"));
    }

    [Fact]
    public void Every_block_says_where_its_types_are()
    {
        // One name may be that of types of several namespaces, of which a block uses one.
        IGrouping<string, Type>[] types = [.. Types().GroupBy(type => type.Name)];
        Assert.NotEmpty(types);
        Assert.Empty(
            from page in CodeBlock.Pages()
            from block in CodeBlock.Of(page)
            where block.Language == "csharp"
            let code = LiteralOrComment().Replace(Text(block.Lines.Where(line => !IsUsing(line))), "")
            from named in types
            where Regex.IsMatch(code, $@"(?<![.\w]){named.Key}\b") && !named.Any(type => block.Lines.Contains($"using {type.Namespace};"))
            select $"{block.Page}({block.Line}): {named.Key} needs using {named.First().Namespace};");

        static IEnumerable<Type> Types() =>
            from name in (string[])["AlbertNative", "AlbertNative.Hub", "AlbertNative.Model", "AlbertNative.Checkpoints", "AlbertNative.Tensors", "AlbertNative.Tokenization", "AlbertNative.Extensions.AI", "AlbertNative.Annotations"]
            from type in Assembly.Load(name).GetExportedTypes()
            where !type.IsNested && !type.Name.Contains('`')
            select type;
    }

    [GeneratedRegex("\"[^\"]*\"|//.*")]
    private static partial Regex LiteralOrComment();

    private static Snippet Find(CodeBlock block)
    {
        string[] usings = [.. block.Lines.Where(IsUsing)];
        string code = Text(block.Lines.Where(line => !IsUsing(line)));
        Snippet[] same = [.. Snippets().Where(snippet => snippet.Code == code)];
        Assert.True(same.Length > 0, $"{block.Page}({block.Line}): no method in Docs/Snippets has this body:\n{code}");
        string[] lines = File.ReadAllLines(same[0].File);
        Assert.All(usings, line => Assert.True(lines.Contains(line), $"{same[0].File} lacks {line}"));
        return same[0];
    }

    private static IEnumerable<Snippet> Snippets()
    {
        string folder = Path.Combine(SharedFolder.Repository, "tests", "AlbertNative.Tests", "Docs", "Snippets");
        foreach (string file in Directory.EnumerateFiles(folder, "*.cs"))
        {
            string[] lines = File.ReadAllLines(file);
            for (int i = 0; i < lines.Length; i++)
            {
                if (!lines[i].StartsWith(Head, StringComparison.Ordinal) || !lines[i].EndsWith("()", StringComparison.Ordinal))
                    continue;
                int end = Array.IndexOf(lines, "    }", i);
                string code = Text(lines[(i + 2)..end].Select(line => line.Length >= 8 ? line[8..] : line));
                yield return new(file, lines[i].Split(' ')[^1][..^2], code);
            }
        }
    }

    private static async Task<string> Run(Snippet snippet)
    {
        Type type = typeof(DocumentedCodeTests).Assembly.GetType($"DocumentationSnippets.{Path.GetFileNameWithoutExtension(snippet.File)}")!;
        MethodInfo method = type.GetMethod(snippet.Method)!;
        TextWriter before = Console.Out;
        using StringWriter output = new();
        Console.SetOut(output);
        try
        {
            if (method.Invoke(null, BindingFlags.DoNotWrapExceptions, null, null, null) is Task task)
                await task;
        }
        finally
        {
            Console.SetOut(before);
        }
        return output.ToString();
    }

    private static bool IsUsing(string line) =>
        line.StartsWith("using ", StringComparison.Ordinal) && line.EndsWith(';') && !line.Contains('=', StringComparison.Ordinal);

    private static string Text(IEnumerable<string> lines) => string.Join('\n', lines.Select(line => line.TrimEnd())).Trim('\n');

    private sealed record Snippet(string File, string Method, string Code);
}
