using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

/// <summary>The integer products of every instruction set in one process; a test skips those that this processor lacks.</summary>
internal static class IntegerSets
{
    public static TheoryData<string> Int8 => [.. InstructionSets.Int8.Select(set => set.Name)];

    public static TheoryData<string> Int16 => [.. InstructionSets.Int16.Select(set => set.Name)];

    /// <summary>8 and 16 bits with each of their sets.</summary>
    public static TheoryData<WeightPrecision, string> All => [
        .. InstructionSets.Int8.Select(set => (WeightPrecision.Int8, set.Name)),
        .. InstructionSets.Int16.Select(set => (WeightPrecision.Int16, set.Name))];

    /// <summary>The kernels of a set, or the test is skipped.</summary>
    public static IntegerKernels Require(WeightPrecision precision, string name) =>
        precision == WeightPrecision.Int8 ? Require(InstructionSets.Int8, name) : RequireInt16(name);

    public static Int16Kernels RequireInt16(string name) => Require(InstructionSets.Int16, name);

    private static TKernels Require<TKernels>(IReadOnlyList<InstructionSets.Entry<TKernels>> sets, string name)
    {
        InstructionSets.Entry<TKernels> found = sets.Single(set => set.Name == name);
        Assert.SkipUnless(found.IsSupported, $"{name} is not available to this process");
        return found.Create();
    }
}
