using AlbertNative.Tests.Fast;
using AlbertNative.Tokenization;
using AlbertNative.Tokenization.SentencePiece;

namespace AlbertNative.Tests.SentencePiece;

/// <summary>Every SentencePiece file that is refused, and what the refusal says.</summary>
public sealed class ModelRefusalTests
{
    private static readonly Dictionary<string, (byte[] File, string Message)> Cases = new()
    {
        ["empty file"] = ([], "no pieces"),
        ["no pieces"] = (new ModelBuilder().ToArray(), "no pieces"),
        ["text file"] = ("this is no model"u8.ToArray(), "not a SentencePiece model"),
        ["json"] = ("""{"model": {}}"""u8.ToArray(), "not a SentencePiece model"),
        ["empty piece"] = (Sound().Piece("", 0).ToArray(), "piece 2 is empty"),
        ["invalid UTF-8"] = (Sound().Piece([0xE2, 0x96], 0, 1).ToArray(), "piece 2 is not valid UTF-8"),
        ["NUL"] = (Sound().Piece("a\0", 0).ToArray(), "piece 2 contains U+0000"),
        ["not a number"] = (Sound().Piece("b", float.NaN).ToArray(), "piece 2 has the score NaN"),
        ["infinite score"] = (Sound().Piece("b", float.NegativeInfinity).ToArray(), "piece 2 has the score"),
        ["unknown type"] = (Sound().Piece("b"u8.ToArray(), 0, 7).ToArray(), "piece 2 has the unknown type 7"),
        ["no unknown"] = (new ModelBuilder().Piece("a", 0).ToArray(), "no piece is of type UNKNOWN"),
        ["two unknowns"] = (Sound().Piece("<x>", 0, PieceType.Unknown).ToArray(), "pieces 0 and 2 are both of type UNKNOWN"),
        ["nothing to produce"] = (ModelBuilder.Of().ToArray(), "NORMAL or USER_DEFINED"),
        ["twice"] = (Sound().Piece("a", -2).ToArray(), "'a' is defined twice"),
        ["twice, one user-defined"] = (Sound().Piece("a", -2, PieceType.UserDefined).ToArray(), "'a' is defined twice"),
        ["twice, one unused"] = (Sound().Piece("a", -2, PieceType.Unused).ToArray(), "piece 2, 'a', is defined twice"),
        ["twice, controls"] = (Sound().Piece("<s>", 0, PieceType.Control).Piece("<s>", 0, PieceType.Control).ToArray(), "piece 3, '<s>', is defined twice"),
        ["byte without fallback"] = (Sound().Piece("<0x41>", 0, PieceType.Byte).ToArray(), "no byte_fallback"),
        ["byte that is none"] = (Sound().Piece("<0x4a>", 0, PieceType.Byte).With(m => m.Trainer.Number(35, 1)).ToArray(), "'<0x4a>', is of type BYTE"),
        ["missing bytes"] = (Sound().Piece("<0x00>", 0, PieceType.Byte).With(m => m.Trainer.Number(35, 1)).ToArray(), "<0x01> is missing"),
        ["BPE"] = (Sound().With(m => m.Trainer.Number(3, 2)).ToArray(), "model type BPE"),
        ["WORD"] = (Sound().With(m => m.Trainer.Number(3, 3)).ToArray(), "model type WORD"),
        ["CHAR"] = (Sound().With(m => m.Trainer.Number(3, 4)).ToArray(), "model type CHAR"),
        ["model type of the future"] = (Sound().With(m => m.Trainer.Number(3, 9)).ToArray(), "model type unknown (9)"),
        ["unknown surface"] = (Sound().With(m => m.Trainer.Bytes(44, [0xFF])).ToArray(), "unk_surface is not valid UTF-8"),
        ["cut in a piece"] = (Sound().ToArray()[..10], "not a SentencePiece model"),
        ["length beyond the file"] = (Sound().With(m => m.Tail = [0x0A, 0xFF, 0xFF, 0xFF, 0x7F]).ToArray(), "not a SentencePiece model"),
        ["negative length"] = (Sound().With(m => m.Tail = [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]).ToArray(), "not a SentencePiece model"),
        ["field beyond its piece"] = (Sound().With(m => m.Tail = [0x0A, 0x03, 0x0A, 0x02, 0x61, 0x30, 0x01]).ToArray(), "malformed"),
        ["field beyond its message"] = (Sound().With(m => m.Tail = [0x12, 0x02, 0xE2, 0x02, .. Enumerable.Repeat<byte[]>([0x30, 0x01], 25).SelectMany(b => b)]).ToArray(), "trainer_spec is malformed"),
        ["deep groups"] = (Sound().With(m => m.Tail = [.. Enumerable.Repeat((byte)0x33, 5000)]).ToArray(), "not a SentencePiece model"),
        ["map too short"] = (WithMap([1, 2, 3]), "3 bytes"),
        ["map with a wrong size"] = (WithMap([200, 0, 0, 0, 1]), "says its trie has 200 bytes, 1 are left"),
        ["map of invalid text"] = (WithMap([0, 0, 0, 0, 0xC3, 0]), "not valid UTF-8"),
        ["map not terminated"] = (WithMap([0, 0, 0, 0, 0x61]), "not terminated"),
        ["map with a value outside"] = (WithMap(Patched(CharsMapBytes.Make(("a", "b")), value: 99)), "a value of the precompiled_charsmap is 99"),
        ["map with a value inside a character"] = (WithMap(Patched(CharsMapBytes.Make(("a", "é")), value: 1)), "inside a character"),
        ["map that ends inside a character"] = (WithMap(EndingInside()), "ends inside a character"),
        ["map without end"] = (WithMap(Looped()), "more than 64 characters"),
        ["map with a long key"] = (WithMap(CharsMapBytes.Make((new string('a', 65), "b"))), "more than 64 characters"),
        ["denormaliser"] = (Sound().With(m => m.Denormalizer.Bytes(2, [1])).ToArray(), "1 bytes"),
    };

    public static IEnumerable<TheoryDataRow<string>> Names() => Cases.Keys.Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_refused(string name)
    {
        (byte[] file, string message) = Cases[name];
        TokenizerFormatException? refusal = HostileModel.Load(file);
        Assert.NotNull(refusal);
        Assert.Contains(message, refusal.Message);
    }

    [Fact]
    public void The_refusal_names_the_file()
    {
        string path = Path.Combine(Path.GetTempPath(), Guid.NewGuid() + ".model");
        File.WriteAllText(path, "no model");
        try
        {
            Assert.Equal(path, Assert.Throws<TokenizerFormatException>(() => SentencePieceModel.Load(path)).Path);
            Assert.Equal(path, Assert.Throws<TokenizerFormatException>(() => Tokenizer.Load(path)).Path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static ModelBuilder Sound() => ModelBuilder.Of(("a", -1));

    private static byte[] WithMap(byte[] map) => Sound().With(m => m.Normalizer.Bytes(2, map)).ToArray();

    /// <summary>Gives the only value of a map another number.</summary>
    private static byte[] Patched(byte[] map, uint value)
    {
        Span<uint> units = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(map.AsSpan(4, BitConverter.ToInt32(map)));
        for (int i = 0; i < units.Length; i++)
            units[i] = units[i] >> 31 == 1 ? (1u << 31) | value : units[i];
        return map;
    }

    private static byte[] EndingInside()
    {
        // The end bit of é's second byte goes to its first.
        byte[] map = CharsMapBytes.Make(("é", "e"));
        Span<uint> units = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(map.AsSpan(4, BitConverter.ToInt32(map)));
        for (int i = 0; i < units.Length; i++)
        {
            if ((units[i] & 0x800000FF) == 0xC3)
                units[i] |= 1u << 8;
        }
        return map;
    }

    private static byte[] Looped()
    {
        // "ab": where b leads, the children of a's parent are: abababab...
        byte[] map = CharsMapBytes.Make(("ab", "c"));
        Span<uint> units = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(map.AsSpan(4, BitConverter.ToInt32(map)));
        int root = (int)(units[0] >> 10);
        int b = units.IndexOf(units.ToArray().First(unit => (unit & 0x800000FF) == 'b'));
        units[b] = 'b' | ((uint)(b ^ root) << 10);
        return map;
    }
}
