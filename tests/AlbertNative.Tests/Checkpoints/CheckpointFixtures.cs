using AlbertNative.Testing;

namespace AlbertNative.Tests.Checkpoints;

/// <summary>Folders of checkpoints that the repository holds.</summary>
internal static class CheckpointFixtures
{
    /// <summary>One synthetic checkpoint in every container.</summary>
    public static string Formats { get; } = Find("formats");

    /// <summary>Checkpoints that TensorFlow wrote, and damaged ones.</summary>
    public static string TensorFlow { get; } = Find("formats-tf");

    private static string Find(string name) =>
        Path.Combine(SharedFolder.Repository, "tests", "AlbertNative.Tests", "Checkpoints", "Fixtures", name);
}
