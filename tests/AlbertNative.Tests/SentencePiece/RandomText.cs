using System.Text;

namespace AlbertNative.Tests.SentencePiece;

/// <summary>Text of every script and of none: words, spaces of all kinds, marks, symbols, lone surrogates.</summary>
internal static class RandomText
{
    private static readonly (int First, int Last)[] Blocks =
    [
        (0x20, 0x7E), (0x61, 0x7A), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x4FF), (0x600, 0x6FF),
        (0x900, 0x97F), (0x1100, 0x11FF), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2100, 0x214F), (0x2460, 0x24FF),
        (0x2581, 0x2582), (0x3000, 0x30FF), (0x4E00, 0x4FFF), (0xAC00, 0xACFF), (0xD800, 0xDFFF), (0xF900, 0xFAFF),
        (0xFB00, 0xFEFF), (0xFF00, 0xFFFF), (0x1D400, 0x1D7FF), (0x1F300, 0x1F6FF), (0, 0x1F), (0x10FF00, 0x10FFFF),
    ];

    private static readonly string[] Words =
    [
        "the", "quick", "1,000", "I", "ﬁne", "``x''", "[MASK]", "<unk>", "Ὀδυσσεύς", "ΑΣ", "𝚨𝚺", "آگاهی", "می\u200cروم", "日本", "£5.",
    ];

    /// <summary>Makes a text of up to about so many units.</summary>
    public static string Make(Random random, int length)
    {
        StringBuilder text = new();
        (int First, int Last) block = Blocks[random.Next(Blocks.Length)];
        for (int target = random.Next(length + 1); text.Length < target;)
        {
            int kind = random.Next(12);
            if (kind == 0)
                block = Blocks[random.Next(Blocks.Length)];
            else if (kind == 1)
                text.Append(Words[random.Next(Words.Length)]);
            else if (kind == 2)
                text.Append(' ', random.Next(1, 3));
            else if (kind == 3 && text.Length > 8)
                text.Append(text.ToString(text.Length - 8, 8));
            else
                Append(text, random.Next(block.First, block.Last + 1));
        }
        return text.ToString();
    }

    private static void Append(StringBuilder text, int codePoint)
    {
        if (codePoint > char.MaxValue)
            text.Append(char.ConvertFromUtf32(codePoint));
        else
            text.Append((char)codePoint);
    }
}
