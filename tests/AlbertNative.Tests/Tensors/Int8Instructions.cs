using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Simd;

namespace AlbertNative.Tests.Tensors;

/// <summary>The 8-bit products of every instruction set in one process; a test skips those that this processor lacks.</summary>
public enum Int8Instructions
{
    Widening128,
    Widening256,
    Widening512,
    AvxVnni,
}

internal static class Int8InstructionSets
{
    /// <summary>The kernels with the given instructions, or the test is skipped.</summary>
    public static Int8Kernels Require(this Int8Instructions instructions)
    {
        bool supported = instructions switch
        {
            Int8Instructions.AvxVnni => AvxVnni.IsSupported,
            Int8Instructions.Widening512 => Avx512BW.IsSupported,
            Int8Instructions.Widening256 => Avx2.IsSupported,
            _ => true,
        };
        Assert.SkipUnless(supported, $"{instructions} is not available to this process");
        return instructions switch
        {
            Int8Instructions.AvxVnni => new Int8Product<VnniOps, Vector256<int>>(),
            Int8Instructions.Widening512 => new Int8Product<Widening512, Vector512<int>>(),
            Int8Instructions.Widening256 => new Int8Product<Widening256, Vector256<int>>(),
            _ => new Int8Product<Widening128, Vector128<int>>(),
        };
    }
}
