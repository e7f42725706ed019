using AlbertNative.Model;
using AlbertNative.Server.Configuration;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Docs;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Server;

/// <summary>Every request that docs/serving.md shows gets the answer that it shows; every setting that it names exists.</summary>
public sealed class ServingPageTests
{
    private const string Page = "docs/serving.md";

    [Fact]
    public async Task Requests_get_the_answers_that_the_page_shows()
    {
        using TemporaryFolder ranker = new();
        Nano.SaveTiny(ranker.Path, Nano.Tiny(labels: 1), ModelArchitecture.SequenceClassification);
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(
            ("model", $"nano={ShippedModels.Nano}"), ("model", $"tagger={ShippedModels.Tagger}"), ("model", $"ranker={ranker.Path}"));
        List<CodeBlock> blocks = [.. CodeBlock.Of(Page).Where(block => block.Language == "http")];
        Assert.NotEmpty(blocks);
        foreach (CodeBlock block in blocks)
        {
            string where = $"{Page}({block.Line})";
            string[] first = block.Lines[0].Split(' ');
            int blank = Array.IndexOf(block.Lines, "");
            const string typed = "content-type: ";
            bool hasType = block.Lines[1].StartsWith(typed, StringComparison.Ordinal);
            string body = string.Join('\n', block.Lines[(hasType ? 2 : 1)..blank]);
            RawAnswer answer = first[0] == "GET" ? await server.GetAsync(first[1])
                : await server.PostTypedAsync(first[1], hasType ? block.Lines[1][typed.Length..] : "application/json", body);
            Assert.True($"{answer.Status}" == block.Lines[blank + 1], $"{where}: {answer.Status} {answer.Text}");
            ExpectedOutput.AssertMatches(block.Lines[(blank + 2)..], answer.Text, where);
        }
    }

    [Fact]
    public void Settings_in_command_lines_and_tables_exist()
    {
        string text = File.ReadAllText(Path.Combine(SharedFolder.Repository, Page));
        // Other programs have options of their own.
        foreach (string line in text.Split('\n').Where(line => !line.StartsWith("podman ", StringComparison.Ordinal) && !line.StartsWith("dotnet ", StringComparison.Ordinal)))
        {
            foreach (System.Text.RegularExpressions.Match flag in System.Text.RegularExpressions.Regex.Matches(line, "(?<![\\w-])--([a-z][a-z-]+)"))
            {
                string name = flag.Groups[1].Value;
                Assert.True(name is "config" or "print-config" or "check-health" or "help" || Settings.Find(name) is not null, $"{Page}: there is no --{name}");
            }
        }
    }

    [Fact]
    public void Command_lines_are_settings_of_the_program()
    {
        string[] lines = [.. CodeBlock.Of(Page).Where(block => block.Language == "sh").SelectMany(block => block.Lines).Where(line => line.StartsWith("albert-serve ", StringComparison.Ordinal))];
        Assert.NotEmpty(lines);
        foreach (string line in lines)
        {
            OptionsReader reader = new();
            foreach (IGrouping<string, string> setting in line.Split(" --").Skip(1).GroupBy(flag => flag.Split(' ')[0]))
                reader.SetFromCommandLine(Settings.Find(setting.Key)!, setting.Select(flag => flag[setting.Key.Length..].Trim()));
            Assert.NotEmpty(reader.Build().Models);
        }
    }

    [Fact]
    public void Files_and_alerts_that_the_page_names_exist()
    {
        string text = File.ReadAllText(Path.Combine(SharedFolder.Repository, Page));
        string[] files = [.. System.Text.RegularExpressions.Regex.Matches(text, "src/AlbertNative\\.Server/[\\w./-]*[\\w]").Select(match => match.Value)];
        Assert.True(files.Length > 5);
        Assert.All(files, file => Assert.True(Path.Exists(Path.Combine(SharedFolder.Repository, file)), file));
        string[] alerts = [.. System.Text.RegularExpressions.Regex.Matches(text, "`(AlbertServe\\w+)`").Select(match => match.Groups[1].Value)];
        string rules = File.ReadAllText(Path.Combine(SharedFolder.Repository, "src/AlbertNative.Server/deploy/prometheus/alerts.yaml"));
        Assert.Equal(System.Text.RegularExpressions.Regex.Matches(rules, "- alert: (\\w+)").Select(match => match.Groups[1].Value), alerts);
    }

    [Fact]
    public void The_table_of_settings_is_that_of_the_program()
    {
        string text = File.ReadAllText(Path.Combine(SharedFolder.Repository, Page));
        foreach (Setting setting in Settings.All)
        {
            string name = setting.IsSecret ? $"`{setting.Variable}`" : $"`--{setting.Name}";
            Assert.True(text.Contains(name, StringComparison.Ordinal), $"{Page} does not name {name}");
        }
    }
}
