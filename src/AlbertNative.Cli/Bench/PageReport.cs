using System.Globalization;
using AlbertNative.Tensors;

namespace AlbertNative.Cli;

/// <summary>Which pages the measured model's memory lies in: small ones cost much of a product's time.</summary>
internal static class PageReport
{
    /// <summary>What this process has asked for and got.</summary>
    public static string Describe() => Describe(HugePages.AdvisedBytes, HugePages.ResidentBytes);

    internal static string Describe(long advised, long? resident) => (advised, resident) switch
    {
        (0, _) => "pages: this system was asked for no huge pages, or refused them",
        (_, null) => string.Create(CultureInfo.InvariantCulture, $"pages: {advised >> 20} MB asked for as huge pages; the system does not tell what came"),
        _ => string.Create(CultureInfo.InvariantCulture, $"pages: {advised >> 20} MB asked for as huge pages, {resident >> 20} MB of the process are in them"),
    };
}
