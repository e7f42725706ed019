using AlbertNative.Tensors.Threading;

namespace AlbertNative.Tests.Tensors;

public sealed class ProcessorInfoTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("topology").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Threads_of_one_core_count_once()
    {
        Cpu(0, "0,2\n");
        Cpu(1, "1,3\n");
        Cpu(2, "0,2\n");
        Cpu(3, "1,3\n");
        Cpu(10, "10\n");
        Assert.Equal(3, ProcessorInfo.CoresOfTopology(_folder));
    }

    [Fact]
    public void Other_folders_and_processors_that_are_off_count_nothing()
    {
        Cpu(0, "0-1\n");
        Directory.CreateDirectory(Path.Combine(_folder, "cpu1"));       // no topology where a processor is off
        Directory.CreateDirectory(Path.Combine(_folder, "cpufreq", "topology"));
        File.WriteAllText(Path.Combine(_folder, "cpufreq", "topology", "thread_siblings_list"), "9");
        Directory.CreateDirectory(Path.Combine(_folder, "power"));
        Assert.Equal(1, ProcessorInfo.CoresOfTopology(_folder));
    }

    [Fact]
    public void A_system_that_tells_nothing_sets_no_limit()
    {
        Assert.Equal(int.MaxValue, ProcessorInfo.CoresOfTopology(_folder));
        Assert.Equal(int.MaxValue, ProcessorInfo.CoresOfTopology(Path.Combine(_folder, "absent")));
    }

    [Fact]
    public void This_machine_has_at_least_one_core() =>
        Assert.InRange(ProcessorInfo.PhysicalCores, 1, Environment.ProcessorCount);

    private void Cpu(int number, string siblings)
    {
        string topology = Path.Combine(_folder, $"cpu{number}", "topology");
        Directory.CreateDirectory(topology);
        File.WriteAllText(Path.Combine(topology, "thread_siblings_list"), siblings);
    }
}
