using System.Reflection;
using System.Reflection.Emit;
using System.Security.Cryptography;
using AlbertNative.Serving;

namespace AlbertNative.Tests.Serving;

/// <summary>
/// Nobody learns a key by how long others take to be refused. What the machine needs for it is measured by the load test's <c>keys</c>;
/// here is asserted what that rests on.
/// </summary>
public sealed class KeyComparisonTests
{
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    [Fact]
    public void Hashes_are_compared_in_a_time_that_does_not_depend_on_them_and_nothing_else_is()
    {
        string[] called = [.. CallsOf(typeof(ClientDirectory).GetMethod(nameof(ClientDirectory.Authenticate))!)];

        Assert.Contains($"{nameof(SHA256)}.{nameof(SHA256.HashData)}", called);
        Assert.Equal([$"{nameof(CryptographicOperations)}.{nameof(CryptographicOperations.FixedTimeEquals)}"], called.Where(Compares));
    }

    [Fact]
    public void A_comparison_that_ends_where_two_differ_is_found() =>
        Assert.Contains("String.Equals", CallsOf(typeof(KeyComparisonTests).GetMethod(nameof(Naive), BindingFlags.NonPublic | BindingFlags.Static)!).Where(Compares));

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(4096)]
    public void Of_a_key_of_any_length_only_the_whole_is_right(int length)
    {
        string right = new('a', length);
        ClientDirectory directory = new([ApiKey.Of(new() { Name = "first" }, "other"), ApiKey.Of(new() { Name = "second" }, right), ApiKey.Of(new() { Name = "third" }, "another")]);

        Assert.Equal("second", directory.Authenticate(right)!.Name);
        Assert.Null(directory.Authenticate(right.AsSpan(1)));
        Assert.Null(directory.Authenticate(right + "a"));
        Assert.Null(directory.Authenticate(string.Concat(right.AsSpan(0, length - 1), "b")));
        Assert.Null(directory.Authenticate(string.Concat("b", right.AsSpan(1))));
    }

    private static bool Naive(string given, string key) => string.Equals(given, key, StringComparison.Ordinal);

    private static bool Compares(string method) => ((string[])["Equal", "Compare", "StartsWith", "IndexOf", "Contains", "TryGetValue", "get_Item"])
        .Any(word => method.AsSpan(method.IndexOf('.', StringComparison.Ordinal)).Contains(word, StringComparison.Ordinal));

    /// <summary>Type.Method of everything that a method calls.</summary>
    private static IEnumerable<string> CallsOf(MethodInfo method)
    {
        byte[] code = method.GetMethodBody()!.GetILAsByteArray()!;
        for (int at = 0; at < code.Length;)
        {
            OpCode instruction = Codes[code[at] == 0xFE ? (short)(0xFE00 | code[at + 1]) : code[at]];
            at += instruction.Size;
            if (instruction.OperandType == OperandType.InlineMethod && method.Module.ResolveMethod(BitConverter.ToInt32(code, at)) is MethodBase called)
                yield return $"{called.DeclaringType!.Name}.{called.Name}";
            at += instruction.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }
}
