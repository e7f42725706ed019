using System.Text;

namespace AlbertNative.Tests.Docs;

/// <summary>A command line of a page, and the output that is shown below it.</summary>
internal sealed record DocumentedCommand(string Where, string[] Words, string[] Output)
{
    private static readonly string[] Programs = ["albert", "dotnet", "git", "cd", "curl", "mkdir", "export", "python", "cp"];

    /// <summary>
    /// The commands of a block: its lines that begin with "$ ", or, where there are none, with the name of a program.
    /// A line that ends with a backslash goes on in the next.
    /// </summary>
    public static IEnumerable<DocumentedCommand> Of(CodeBlock block)
    {
        bool prompts = block.Lines.Any(line => line.StartsWith("$ ", StringComparison.Ordinal));
        bool IsCommand(string line) => prompts ? line.StartsWith("$ ", StringComparison.Ordinal) : Programs.Contains(line.Split(' ')[0]);

        int at = 0;
        while (at < block.Lines.Length)
        {
            if (!IsCommand(block.Lines[at]))
            {
                at++;
                continue;
            }
            int number = block.Line + at + 1;
            string line = block.Lines[at++];
            while (line.EndsWith('\\') && at < block.Lines.Length)
                line = line[..^1] + block.Lines[at++];
            string[] output = [.. block.Lines.Skip(at).TakeWhile(next => !IsCommand(next) && !next.StartsWith('#'))];
            yield return new($"{block.Page}({number})", Split(prompts ? line[2..] : line), output);
        }
    }

    /// <summary>The words of a command line as a shell sees them: quotes, and a comment at its end.</summary>
    private static string[] Split(string line)
    {
        List<string> words = [];
        StringBuilder? word = null;
        char quote = '\0';
        foreach (char c in line)
        {
            if (quote != '\0')
            {
                if (c == quote)
                    quote = '\0';
                else
                    word!.Append(c);
            }
            else if (c is '"' or '\'')
            {
                quote = c;
                word ??= new();
            }
            else if (c == '#' && word is null)
            {
                break;
            }
            else if (c == ' ')
            {
                if (word is not null)
                    words.Add(word.ToString());
                word = null;
            }
            else
            {
                (word ??= new()).Append(c);
            }
        }
        if (word is not null)
            words.Add(word.ToString());
        return [.. words];
    }
}
