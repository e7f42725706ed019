using System.Text.RegularExpressions;
using AlbertNative.Annotations;
using AlbertNative.Hub.Files;
using AlbertNative.Model;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Structure;

/// <summary>
/// What a family of models has is said by tables. Code that asks which family a model is of would have to be found again for
/// every further one.
/// </summary>
public sealed partial class FamilyTableTests
{
    // Where a family may be named: its tables, what stands where no file names one, and the classes that are of one alone.
    private static readonly string[] Tables =
    [
        "src/AlbertNative.Model/Families/AlbertFamily.cs",
        "src/AlbertNative.Model/Families/BertFamily.cs",
        "src/AlbertNative.Model/TensorFlow/TensorFlowNames.cs",
        "src/AlbertNative.Annotations/Models/SparkFamily.cs",
        "src/AlbertNative.Hub/Files/RepositoryFiles.cs",
    ];

    [Fact]
    public void No_line_of_code_asks_for_a_models_family()
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(Path.Combine(SharedFolder.Repository, "src"), "*.cs", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(SharedFolder.Repository, file).Replace('\\', '/'))
                .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)),
        ];
        Assert.True(files.Length > 500, $"{files.Length} files");
        Assert.All(Tables, table => Assert.Contains(table, files));
        string[] questions =
        [
            .. from file in files.Except(Tables)
               from line in File.ReadLines(Path.Combine(SharedFolder.Repository, file))
               where Question().IsMatch(line)
               select $"{file}: {line.Trim()}",
        ];
        Assert.Empty(questions);
    }

    [Theory]
    [InlineData("if (config.Family == ModelFamily.Bert)")]
    [InlineData("bool isAlbert = ModelFamily.Albert == config.Family;")]
    [InlineData("config.Family is not ModelFamily.Albert")]
    [InlineData("            ModelFamily.Bert => (\"Bert\", 1),")]
    [InlineData("            case ModelFamily.Bert:")]
    [InlineData("if (type is \"albert\" or \"bert\")")]
    [InlineData("family.ModelType == \"bert\"")]
    [InlineData("name.StartsWith(\"bert.\", StringComparison.Ordinal)")]
    [InlineData("Family.Of(config.Family) == BertFamily.Table")]
    public void A_question_is_recognised(string line) => Assert.Matches(Question(), line);

    [Theory]
    [InlineData("        : base(model, ModelFamily.Bert)")]
    [InlineData("            return ModelFamily.Albert;")]
    [InlineData("        if (Model.Model.Config.Family != family)")]
    public void A_name_is_no_question(string line) => Assert.DoesNotMatch(Question(), line);

    [Fact]
    public void Every_table_has_every_family()
    {
        Assert.Equal(Family.ModelTypes, RepositoryFiles.ModelTypes);
        Assert.All(Enum.GetValues<ModelFamily>(), family =>
        {
            Assert.NotNull(Family.Of(family));
            Assert.Equal(Family.Of(family).ClassPrefix, SparkFamily.Of(new ModelConfig(family)).ClassPrefix);
        });
        Assert.Equal(Family.ModelTypes, Enum.GetValues<ModelFamily>().Select(family => Family.Of(family).ModelType));
    }

    [GeneratedRegex(
        """
        (==|!=|\bis|\bnot|\bor|\bcase)\s+(\w+\.)*(ModelFamily\.(Albert|Bert)\b|(Albert|Bert)Family\.|"(al)?bert")|ModelFamily\.(Albert|Bert)\s*(=>|==|!=|\?|or\b)|"(al)?bert"\s*(=>|or\b|==|!=)|With\("(al)?bert\.
        """,
        RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Question();
}
