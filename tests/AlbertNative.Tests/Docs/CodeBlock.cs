using AlbertNative.Testing;

namespace AlbertNative.Tests.Docs;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">The page, relative to the repository.</param>
/// <param name="Line">The number of its fence's line.</param>
/// <param name="Language">The fence's first word; empty where it has none.</param>
/// <param name="Lines">What is between the fences.</param>
internal sealed record CodeBlock(string Page, int Line, string Language, string[] Lines)
{
    private const string Fence = "```";

    /// <summary>README.md, CONTRIBUTING.md, everything below docs/ and the packages' READMEs, as far as they exist.</summary>
    public static IEnumerable<string> Pages()
    {
        string repository = SharedFolder.Repository;
        IEnumerable<string> docs = Directory.EnumerateFiles(Path.Combine(repository, "docs"), "*.md", SearchOption.AllDirectories);
        IEnumerable<string> packages = Directory.EnumerateDirectories(Path.Combine(repository, "src")).Select(library => Path.Combine(library, "README.md"));
        return from page in docs.Concat(packages).Append(Path.Combine(repository, "README.md")).Append(Path.Combine(repository, "CONTRIBUTING.md"))
               where File.Exists(page)
               select Path.GetRelativePath(repository, page).Replace('\\', '/');
    }

    public static List<CodeBlock> Of(string page)
    {
        List<CodeBlock> blocks = [];
        string[] lines = File.ReadAllLines(Path.Combine(SharedFolder.Repository, page));
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith(Fence, StringComparison.Ordinal))
                continue;
            int end = Array.FindIndex(lines, i + 1, line => line.StartsWith(Fence, StringComparison.Ordinal));
            Assert.True(end > i, $"{page}({i + 1}): the block does not end");
            blocks.Add(new(page, i + 1, lines[i][Fence.Length..].Trim().Split(' ')[0], lines[(i + 1)..end]));
            i = end;
        }
        return blocks;
    }
}
