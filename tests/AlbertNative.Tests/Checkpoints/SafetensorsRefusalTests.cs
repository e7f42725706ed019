using System.Text;
using AlbertNative.Checkpoints;

namespace AlbertNative.Tests.Checkpoints;

public sealed class SafetensorsRefusalTests
{
    /// <summary>Header, bytes of data, and what the message has to say.</summary>
    public static TheoryData<string, int, string> Headers => new()
    {
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "overlaps" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "overlaps" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "hole" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "hole" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}""", 8, "begin <= end" },
        { """{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", 12, "past the 12 bytes" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 12, "the tensors end at 4, the data at 12" },
        { "{}", 1, "the tensors end at 0" },
        { """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "which is not the 8 bytes" },
        { """{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "which is not the 0 bytes" },
        { """{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}""", 0, "which is not the 0 bytes" },
        { """{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "natural number" },
        { """{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "natural number" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551616]}}""", 4, "natural number" },
        { """{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", 4, "natural number" },
        { """{"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}""", 4, "natural number" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}""", 4, "[begin, end]" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "[begin, end]" },
        { """{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", 4, "expected StartArray" },
        { """{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}""", 4, "dtype 'F8_E4M3'" },
        { """{"a":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}""", 4, "dtype 'f32'" },
        { """{"a":{"dtype":3,"shape":[1],"data_offsets":[0,4]}}""", 4, "expected String" },
        { """{"a":{"dtype":"F32","shape":[1]}}""", 4, "lacks one of" },
        { """{"a":{}}""", 0, "lacks one of" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":1}}""", 4, "'extra'" },
        { """{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "'dtype'" },
        { """{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0, "'a' is there twice" },
        { """{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"\u0061":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0, "'a' is there twice" },
        { """{"__metadata__":{"k":"1","k":"2"}}""", 0, "'k' twice" },
        { """{"__metadata__":{},"__metadata__":{}}""", 0, "two '__metadata__'" },
        { """{"__metadata__":{"k":1}}""", 0, "'k' is a JSON Number" },
        { """{"__metadata__":null}""", 0, "expected StartObject" },
        { """{"a":[]}""", 0, "expected StartObject" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}""", 4, "not valid JSON" },
        { """{} {}""", 0, "not valid JSON" },
        { """{"\uD800":{}}""", 0, "not valid JSON" },
        { """{'a':1}""", 0, "not valid JSON" },
        { "[]", 0, "'{'" },
        { " []", 0, "'{'" },
        { "\u00A0{}", 0, "'{'" },
        { "\uFEFF{}", 0, "'{'" },
        { """{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"\uDC00":1}}""", 0, "not valid JSON" },
        { """{"__metadata__":{"\uD800":"v"}}""", 0, "not valid JSON" },
        { """{"a":{"dtype":"\uD800","shape":[0],"data_offsets":[0,0]}}""", 0, "not valid JSON" },
        { """{"a\u001B[2J":{}}""", 0, "'a\\u001B[2J' lacks one of" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void A_bad_header_is_refused(string header, int dataLength, string message)
    {
        CheckpointFormatException e = HostileFile.AssertRefused("a.safetensors", SafetensorsFile.Bytes(header, new byte[dataLength]));
        Assert.Contains(message, e.Message);
    }

    [Theory]
    [InlineData(3UL, "the header")]
    [InlineData(1000UL, "1000 bytes long")]
    [InlineData(100_000_001UL, "100 MB")]
    [InlineData(ulong.MaxValue, "18446744073709551615 bytes long")]
    [InlineData(1UL << 63, "9223372036854775808 bytes long")]
    public void A_wrong_header_length_is_refused(ulong length, string message)
    {
        byte[] bytes = SafetensorsFile.Bytes("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", new byte[4], length);
        Assert.Contains(message, HostileFile.AssertRefused("a.safetensors", bytes).Message);
    }

    [Fact]
    public void Too_few_bytes_are_refused()
    {
        Assert.Contains("0 bytes are too few", HostileFile.AssertRefused("a.safetensors", []).Message);
        Assert.Contains("9 bytes are too few", HostileFile.AssertRefused("a.safetensors", new byte[9]).Message);
        Assert.Contains("an empty file", HostileFile.AssertRefused("a.bin", []).Message);
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_refused()
    {
        byte[] bytes = SafetensorsFile.Bytes("""{"?":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", []);
        bytes[10] = 0xFF;
        Assert.Contains("not valid JSON", HostileFile.AssertRefused("a.safetensors", bytes).Message);
    }

    [Fact]
    public void Hostile_headers_are_refused_without_much_memory()
    {
        const int Count = 200_000;
        StringBuilder many = new("{");
        for (int i = 0; i < Count; i++)
            many.Append("\"").Append(i).Append("\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},");
        HostileFile.AssertRefused("many.safetensors", SafetensorsFile.Bytes(many.ToString(), []));
        HostileFile.AssertRefused("deep.safetensors", SafetensorsFile.Bytes("{\"a\":" + new string('[', 1_000_000), []));
        HostileFile.AssertRefused("deeper.safetensors", SafetensorsFile.Bytes(string.Concat(Enumerable.Repeat("{\"a\":", 200_000)), []));
        HostileFile.AssertRefused("name.safetensors", SafetensorsFile.Bytes($"{{\"{new string('n', 4_000_000)}\":{{}}}}", []));
        HostileFile.AssertRefused("key.safetensors", SafetensorsFile.Bytes($"{{\"a\":{{\"{new string('k', 4_000_000)}\":1}}}}", []));
        HostileFile.AssertRefused("type.safetensors", SafetensorsFile.Bytes($"{{\"a\":{{\"dtype\":\"{new string('F', 4_000_000)}\"}}}}", []));
        string ranks = string.Join(',', Enumerable.Repeat("1", 1_000_000));
        HostileFile.AssertRefused("rank.safetensors", SafetensorsFile.Bytes($"{{\"a\":{{\"dtype\":\"F32\",\"shape\":[{ranks}],\"data_offsets\":[0,4]}}}}", new byte[4]));
        string metadata = $"{{\"__metadata__\":{{\"k\":\"{new string('v', 3_000_000)}\"}},\"a\":0}}";
        HostileFile.AssertRefused("metadata.safetensors", SafetensorsFile.Bytes(metadata, []));
    }
}
