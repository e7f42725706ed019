using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace AlbertNative.Tests.Structure;

/// <summary>
/// Nothing may depend on the culture or on the system's ICU, which also vanishes under invariant globalization. The compiled
/// assemblies are searched for what they call, so that no alias or extension hides a call.
/// </summary>
public sealed class CultureIndependenceTests
{
    private static readonly HashSet<string> ForbiddenEverywhere =
    [
        "System.String.Normalize", "System.String.IsNormalized", "System.StringNormalizationExtensions.Normalize",
        "System.StringNormalizationExtensions.IsNormalized", "System.StringNormalizationExtensions.TryNormalize",
        "System.StringNormalizationExtensions.GetNormalizedLength",
        "System.String.ToLower", "System.String.ToUpper", "System.Char.ToLower", "System.Char.ToUpper",
        "System.Text.Rune.ToLower", "System.Text.Rune.ToUpper", "System.MemoryExtensions.ToLower", "System.MemoryExtensions.ToUpper",
        "System.Globalization.CultureInfo.get_CurrentCulture", "System.Globalization.CultureInfo.get_CurrentUICulture",
        "System.StringComparer.get_CurrentCulture", "System.StringComparer.get_CurrentCultureIgnoreCase",
    ];

    // The tokenizers have tables of their own, of a known version; the runtime's are of another, or the system's.
    private static readonly HashSet<string> ForbiddenToTokenization =
    [
        "System.String.ToLowerInvariant", "System.String.ToUpperInvariant", "System.Char.ToLowerInvariant",
        "System.Char.ToUpperInvariant", "System.Text.Rune.ToLowerInvariant", "System.Text.Rune.ToUpperInvariant",
        "System.MemoryExtensions.ToLowerInvariant", "System.MemoryExtensions.ToUpperInvariant",
        .. from type in (string[])["System.Char", "System.Text.Rune"]
           from method in (string[])
           ["IsLetter", "IsDigit", "IsLetterOrDigit", "IsNumber", "IsLower", "IsUpper", "IsPunctuation", "IsSymbol", "IsSeparator",
               "GetUnicodeCategory"]
           select $"{type}.{method}",
    ];

    private static readonly HashSet<string> TypesForbiddenToTokenization =
    [
        "System.Globalization.CharUnicodeInfo", "System.Globalization.StringInfo", "System.Globalization.TextInfo",
        "System.Globalization.CompareInfo", "System.Globalization.TextElementEnumerator", "System.Globalization.IdnMapping",
    ];

    [Fact]
    public void No_assembly_asks_for_the_culture_or_for_ICU()
    {
        string[] assemblies = Assemblies();
        Assert.True(assemblies.Length >= 6, string.Join(", ", assemblies));
        string[] found =
        [
            .. from assembly in assemblies
               from member in References(assembly)
               where ForbiddenEverywhere.Contains(member)
               select $"{Path.GetFileName(assembly)}: {member}",
        ];
        Assert.Empty(found);
    }

    [Fact]
    public void Tokenization_reads_characters_from_its_own_tables()
    {
        string assembly = typeof(Tokenization.Unicode.UnicodeData).Assembly.Location;
        string[] found =
        [
            .. References(assembly).Where(member => ForbiddenToTokenization.Contains(member)
                || TypesForbiddenToTokenization.Contains(member[..member.LastIndexOf('.')])),
        ];
        Assert.Empty(found);
    }

    /// <summary>Everything that the solution's src/ builds.</summary>
    private static string[] Assemblies() =>
    [
        .. Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll").Where(path =>
            Path.GetFileNameWithoutExtension(path) is string name
            && (name is "albert" or "AlbertNative" || name.StartsWith("AlbertNative.", StringComparison.Ordinal))
            && !name.EndsWith("Tests", StringComparison.Ordinal)),
    ];

    /// <summary>Namespace.Type.Member of every member of another assembly that this one names.</summary>
    private static IEnumerable<string> References(string assembly)
    {
        using PEReader file = new(File.OpenRead(assembly));
        MetadataReader metadata = file.GetMetadataReader();
        foreach (MemberReferenceHandle handle in metadata.MemberReferences)
        {
            MemberReference member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind != HandleKind.TypeReference)
                continue;
            TypeReference type = metadata.GetTypeReference((TypeReferenceHandle)member.Parent);
            yield return $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}.{metadata.GetString(member.Name)}";
        }
    }
}
