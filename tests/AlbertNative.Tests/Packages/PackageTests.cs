using System.IO.Compression;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Packages;

/// <summary>
/// What <c>dotnet pack</c> has made, in the folder that <c>ALBERTNATIVE_PACKAGES</c> names; skipped without it, as
/// packing takes longer than testing. <c>.ci/run</c> packs and runs it.
/// </summary>
public sealed partial class PackageTests
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("ALBERTNATIVE_PACKAGES");

    private const string Tool = "AlbertNative.Tool";

    private const string ServerTool = "AlbertNative.Server.Tool";

    private const string WithWeights = "Apache-2.0 AND CC-BY-SA-4.0";

    // Central versions are pinned for the packages of a package, too.
    private static readonly string[] Pinned = ["Google.Protobuf", "System.Numerics.Tensors"];

    /// <summary>Each library, and the packages that come with it.</summary>
    public static TheoryData<string, string[]> Libraries => new()
    {
        { "AlbertNative.Tensors", [] },
        { "AlbertNative.Tokenization", [] },
        { "AlbertNative.Checkpoints", ["Google.Protobuf"] },
        { "AlbertNative.Model", ["AlbertNative.Checkpoints", "AlbertNative.Hub", "AlbertNative.Tensors"] },
        { "AlbertNative", ["AlbertNative.Model", "AlbertNative.Tokenization"] },
        { "AlbertNative.Hub", [] },
        { "AlbertNative.Models.MiniLM", [] },
        { "AlbertNative.Models.Nano", [] },
        { "AlbertNative.Serving", ["AlbertNative"] },
        { "AlbertNative.Training", ["AlbertNative", "Sep"] },
        { "AlbertNative.Annotations", ["AlbertNative"] },
        {
            "AlbertNative.Extensions.AI",
            [
                "AlbertNative", "Microsoft.Extensions.AI.Abstractions", "Microsoft.Extensions.DependencyInjection.Abstractions",
                "Microsoft.Extensions.Diagnostics.HealthChecks", "Microsoft.Extensions.Hosting.Abstractions", "Microsoft.Extensions.Logging.Abstractions", "Microsoft.Extensions.Options",
            ]
        },
    };

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_package_has_all_that_it_should(string library, string[] dependencies)
    {
        using ZipArchive package = Open(library, ".nupkg");
        XElement metadata = XDocument.Load(package.GetEntry(library + ".nuspec")!.Open()).Root!.Elements().Single();
        string? Value(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;

        Assert.Equal(library == "AlbertNative.Models.Nano" ? WithWeights : "Apache-2.0", Value("license"));
        Assert.Equal("README.md", Value("readme"));
        Assert.Equal("icon.png", Value("icon"));
        Assert.NotEqual("Package Description", Value("description"));
        string[] found =
            [.. metadata.Descendants().Where(e => e.Name.LocalName == "dependency").Select(e => e.Attribute("id")!.Value)];
        Assert.Empty(dependencies.Except(found));
        Assert.Empty(found.Except(dependencies).Except(Pinned));
        string[] files = [.. package.Entries.Select(entry => entry.FullName)];
        foreach (string file in (string[])["README.md", "NOTICE", "icon.png", $"lib/net10.0/{library}.dll", $"lib/net10.0/{library}.xml"])
            Assert.Contains(file, files);
        Assert.DoesNotContain(files, file => file.EndsWith(".pdb", StringComparison.Ordinal));

        using StreamReader readme = new(package.GetEntry("README.md")!.Open());
        Assert.Equal($"# {library}", readme.ReadLine());
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Its_symbols_lead_to_every_source_and_name_no_machine(string library, string[] dependencies)
    {
        _ = dependencies;
        using ZipArchive package = Open(library, ".snupkg");
        using Stream pdb = Assert.Single(package.Entries, entry => entry.FullName == $"lib/net10.0/{library}.pdb").Open();
        PortableSymbols symbols = PortableSymbols.Read(pdb);

        Assert.NotEmpty(symbols.Documents);
        Assert.All(symbols.Documents, document => Assert.Matches(RootedNowhere(), document.Path));
        Assert.All(symbols.SourceLink.Keys, pattern => Assert.Matches(RootedNowhere(), pattern));
        Assert.All(symbols.SourceLink.Values, url => Assert.StartsWith("https://", url));
        // What the build generates is published nowhere.
        Assert.All(symbols.Documents, document => Assert.True(
            document.IsEmbedded || (symbols.IsPublished(document.Path) && !document.Path.Contains("/obj/", StringComparison.Ordinal)),
            $"{document.Path} is neither published nor embedded"));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Its_assembly_names_no_machine(string library, string[] dependencies)
    {
        _ = dependencies;
        using ZipArchive package = Open(library, ".nupkg");
        using MemoryStream assembly = new();
        using (Stream entry = package.GetEntry($"lib/net10.0/{library}.dll")!.Open())
            entry.CopyTo(assembly);
        assembly.Position = 0;
        using PEReader reader = new(assembly);
        DebugDirectoryEntry symbols = Assert.Single(reader.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.CodeView);
        Assert.Matches(RootedNowhere(), reader.ReadCodeViewDebugDirectoryData(symbols).Path);
    }

    /// <summary>Each package of a model, the model, and the files that its licence wants beside it.</summary>
    public static TheoryData<string, string, string[]> Models => new()
    {
        { "AlbertNative.Models.Nano", ShippedModels.Nano, ["README.md", "NOTICE"] },
        { "AlbertNative.Models.MiniLM", ShippedModels.MiniLM, ["all-MiniLM-L6-v2.LICENSE", "all-MiniLM-L6-v2.NOTICE.md"] },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void The_model_and_its_licence_are_in_its_package_and_reach_a_program_that_references_it_indirectly(
        string library, string model, string[] licence)
    {
        using ZipArchive package = Open(library, ".nupkg");
        string[] files = [.. package.Entries.Select(entry => entry.FullName).Where(file => file.StartsWith("models/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        Assert.Equal(licence.Append(Path.GetFileName(model)).Select(file => $"models/{file}").Order(StringComparer.Ordinal), files);
        Assert.NotNull(package.GetEntry($"buildTransitive/{library}.targets"));
        Assert.Equal(new FileInfo(model).Length, package.GetEntry($"models/{Path.GetFileName(model)}")!.Length);
    }

    [Fact]
    public void Packages_of_models_go_together_and_lead_to_their_files()
    {
        // Both are beside this program, as both may be beside another: their files have names of their own.
        Assert.Equal(File.ReadAllBytes(ShippedModels.Nano), File.ReadAllBytes(NanoModel.Path));
        Assert.Equal(File.ReadAllBytes(ShippedModels.MiniLM), File.ReadAllBytes(MiniLMModel.Path));
        string[] names = [.. Models.SelectMany(row => row.Data.Item3.Append(Path.GetFileName(row.Data.Item2)))];
        Assert.Equal(names.Distinct(StringComparer.OrdinalIgnoreCase), names);
    }

    [Fact]
    public void The_kernels_package_chooses_the_instructions_of_a_native_build()
    {
        using ZipArchive package = Open("AlbertNative.Tensors", ".nupkg");
        Assert.NotNull(package.GetEntry("buildTransitive/AlbertNative.Tensors.targets"));
    }

    [Fact]
    public void The_command_is_a_tool_with_its_model_and_without_symbols_or_documentation()
    {
        using ZipArchive package = Open(Tool, ".nupkg");
        XElement metadata = XDocument.Load(package.GetEntry(Tool + ".nuspec")!.Open()).Root!.Elements().Single();
        Assert.Contains(metadata.Descendants(), element => element.Name.LocalName == "packageType" && element.Attribute("name")!.Value == "DotnetTool");
        Assert.Equal(WithWeights + " AND CC-BY-4.0", metadata.Elements().Single(element => element.Name.LocalName == "license").Value);
        string[] files = [.. package.Entries.Select(entry => entry.FullName)];
        foreach (string file in (string[])["albert.dll", "NOTICE", "LICENSE", "weights/albert-nano.safetensors", "weights/albert-nano-fa-words.safetensors",
                     "weights/all-MiniLM-L6-v2.safetensors", "weights/all-MiniLM-L6-v2-banking77.safetensors", "weights/all-MiniLM-L6-v2.LICENSE", "weights/all-MiniLM-L6-v2.NOTICE.md", "weights/README.md"])
            Assert.Contains($"tools/net10.0/any/{file}", files);
        Assert.DoesNotContain(files, file => file.EndsWith(".pdb", StringComparison.Ordinal));
        Assert.DoesNotContain(files, file =>
            file.EndsWith(".xml", StringComparison.Ordinal) && !file.EndsWith("/DotnetToolSettings.xml", StringComparison.Ordinal)
            && file.StartsWith("tools/", StringComparison.Ordinal));
    }

    [Fact]
    public void The_server_is_a_tool_without_models_symbols_documentation_or_manifests()
    {
        using ZipArchive package = Open(ServerTool, ".nupkg");
        XElement metadata = XDocument.Load(package.GetEntry(ServerTool + ".nuspec")!.Open()).Root!.Elements().Single();
        Assert.Contains(metadata.Descendants(), element => element.Name.LocalName == "packageType" && element.Attribute("name")!.Value == "DotnetTool");
        Assert.Equal("Apache-2.0", metadata.Elements().Single(element => element.Name.LocalName == "license").Value);
        string[] files = [.. package.Entries.Select(entry => entry.FullName).Where(file => file.StartsWith("tools/net10.0/any/", StringComparison.Ordinal))];
        foreach (string file in (string[])["albert-serve.dll", "NOTICE", "LICENSE"])
            Assert.Contains($"tools/net10.0/any/{file}", files);
        string[] extensions = [.. files.Select(Path.GetExtension).Distinct().Select(extension => extension!).Order(StringComparer.Ordinal)];
        Assert.DoesNotContain(".pdb", extensions);
        Assert.DoesNotContain(".safetensors", extensions);
        Assert.DoesNotContain(".yaml", extensions);
        Assert.All(
            files.Where(file => file.EndsWith(".json", StringComparison.Ordinal)),
            file => Assert.True(file.EndsWith(".deps.json", StringComparison.Ordinal) || file.EndsWith(".runtimeconfig.json", StringComparison.Ordinal), file));
        Assert.Equal(["DotnetToolSettings.xml"], files.Where(file => file.EndsWith(".xml", StringComparison.Ordinal)).Select(file => Path.GetFileName(file)!));
    }

    [Fact]
    public void Every_library_and_the_programs_are_packed_and_nothing_else()
    {
        Assert.SkipWhen(Folder is null, "needs ALBERTNATIVE_PACKAGES");
        Assert.Equal(
            Libraries.Select(row => row.Data.Item1).Append(Tool).Append(ServerTool).Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(Folder, "*.nupkg").Select(Library).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("AlbertNative.Model.0.1.0.nupkg", "AlbertNative.Model")]
    [InlineData("AlbertNative.Extensions.AI.1.0.0.nupkg", "AlbertNative.Extensions.AI")]
    [InlineData("AlbertNative.12.3.4-rc.1.nupkg", "AlbertNative")]
    public void A_packages_file_is_named_after_library_and_version(string file, string library) =>
        Assert.Equal(library, Library(file));

    private static string Library(string file)
    {
        Match name = NameAndVersion().Match(Path.GetFileName(file));
        Assert.True(name.Success, file);
        return name.Groups["name"].Value;
    }

    [GeneratedRegex(@"^(?<name>.+?)\.[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?\.nupkg$")]
    private static partial Regex NameAndVersion();

    // Deterministic builds begin a path with /_/, or /_1/ where there are several roots.
    [GeneratedRegex("^/_[0-9]*/")]
    private static partial Regex RootedNowhere();

    private static ZipArchive Open(string library, string extension)
    {
        Assert.SkipWhen(Folder is null, "needs ALBERTNATIVE_PACKAGES");
        string file = Assert.Single(
            Directory.EnumerateFiles(Folder, $"{library}.*{extension}"),
            file => char.IsAsciiDigit(Path.GetFileName(file)[library.Length + 1]));
        return ZipFile.OpenRead(file);
    }
}
