using AlbertNative;
using AlbertNative.Tokenization;

namespace DocumentationSnippets;

internal static class Tokenization
{
    public static void Encode()
    {
        Tokenizer tokenizer = ModelTokenizer.Load("weights/albert-nano.safetensors");

        string text = "The king of Judah, 9,9.";
        Encoding encoding = tokenizer.Encode(text);
        for (int i = 0; i < encoding.Count; i++)
        {
            TextSpan span = encoding.Spans[i];
            Console.WriteLine($"{encoding.Ids[i],5} {encoding.Tokens[i],-7} '{text[span.Start..span.End]}'");
        }
        Console.WriteLine(tokenizer.Decode(encoding.Ids));
    }

    public static void Windows()
    {
        Tokenizer tokenizer = ModelTokenizer.Load("weights/albert-nano.safetensors");

        EncodeOptions options = new() { MaxLength = 6, Stride = 1 };
        Encoding first = tokenizer.Encode("the king of judah went up to jerusalem", options);
        foreach (Encoding window in first.Overflow.Prepend(first))
            Console.WriteLine(string.Join(' ', window.Tokens));
    }

    public static void WithoutAllocation()
    {
        Tokenizer tokenizer = ModelTokenizer.Load("weights/albert-nano.safetensors");

        int[] ids = new int[128];
        int count = tokenizer.Encode("the king of judah", ids);
        Console.WriteLine(string.Join(' ', ids[..count]));
    }

    public static void Semantics()
    {
        Tokenizer fast = ModelTokenizer.Load(
            "weights/albert-nano.safetensors", new TokenizerOptions { Semantics = TokenizerSemantics.Fast });

        Console.WriteLine(fast.Semantics);
    }
}
