using System.Globalization;

namespace AlbertNative.Tensors.Threading;

/// <summary>What this process may run on.</summary>
public static class ProcessorInfo
{
    /// <summary>
    /// The physical cores that this process may use: at most <see cref="Environment.ProcessorCount"/>, which honours
    /// affinity and container limits. Where the system does not tell which processors share a core, each counts as one.
    /// </summary>
    public static int PhysicalCores { get; } = Math.Clamp(CoresOfTopology("/sys/devices/system/cpu"), 1, Environment.ProcessorCount);

    /// <summary>The cores described below a Linux sysfs folder, or <see cref="int.MaxValue"/> where it tells nothing.</summary>
    internal static int CoresOfTopology(string folder)
    {
        if (!Directory.Exists(folder))
            return int.MaxValue;
        HashSet<string> cores = new(StringComparer.Ordinal);
        try
        {
            foreach (string cpu in Directory.EnumerateDirectories(folder, "cpu*"))
            {
                string siblings = Path.Combine(cpu, "topology", "thread_siblings_list");
                bool numbered = int.TryParse(Path.GetFileName(cpu).AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out _);
                if (numbered && File.Exists(siblings))
                    cores.Add(File.ReadAllText(siblings).Trim());
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return int.MaxValue;
        }
        return cores.Count == 0 ? int.MaxValue : cores.Count;
    }
}
