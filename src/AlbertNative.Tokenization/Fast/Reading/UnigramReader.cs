using System.Buffers;
using System.Text.Json;
using AlbertNative.Tokenization.Fast.Models;

namespace AlbertNative.Tokenization.Fast.Reading;

/// <summary>
/// Reads a <c>tokenizer.json</c>'s Unigram model. The vocabulary is first only checked and
/// counted; it is kept once the whole file has proved sound.
/// </summary>
internal ref struct UnigramReader
{
    private static readonly string[] Names = ["type", "unk_id", "vocab", "byte_fallback"];

    private JsonCursor _vocabulary;
    private int _count;
    private int _unknownId;
    private bool _byteFallback;

    /// <summary>Checks the model that the cursor stands on.</summary>
    public void Read(ref JsonCursor json)
    {
        // The first files with a Unigram model did not say so.
        string? type = json.PeekType();
        if (type is not (null or "Unigram"))
            throw json.Error($"the model {JsonCursor.Quote(type)} is not supported");
        uint seen = 0;
        while (json.NextProperty(Names, ref seen, out int property))
        {
            switch (property)
            {
                case 1:
                    if (json.IsNull)
                        throw json.Error("a model without an unknown token is not supported");
                    _unknownId = json.Count();
                    break;
                case 2:
                    _vocabulary = json;
                    CheckVocabulary(ref json);
                    break;
                case 3:
                    _byteFallback = json.Boolean();
                    break;
            }
        }
        json.Require(Names, seen, 0b110);
        if (_unknownId >= _count)
            throw json.Error($"the unknown token's id {_unknownId} is not in a vocabulary of {_count}");
    }

    /// <summary>The model; after <see cref="Read"/>, once.</summary>
    /// <exception cref="FormatException">The vocabulary is too large.</exception>
    public UnigramModel Make()
    {
        string[] pieces = new string[_count];
        double[] scores = new double[_count];
        for (int id = 0; id < _count; id++)
        {
            _vocabulary.NextItem();
            _vocabulary.NextItem();
            pieces[id] = _vocabulary.String();
            _vocabulary.NextItem();
            scores[id] = _vocabulary.Score();
            _vocabulary.NextItem();
        }
        return new UnigramModel(pieces, scores, _unknownId, _byteFallback);
    }

    private void CheckVocabulary(ref JsonCursor json)
    {
        json.Expect(JsonTokenType.StartArray, "a list of [piece, score]");
        json.StartArray();
        char[] scratch = ArrayPool<char>.Shared.Rent(256);
        for (; json.NextItem(); _count++)
        {
            json.StartArray();
            NextOfPair(ref json);
            if (json.Bytes.Length > scratch.Length)
            {
                int needed = json.Bytes.Length;
                ArrayPool<char>.Shared.Return(scratch);
                scratch = ArrayPool<char>.Shared.Rent(needed);
            }
            json.CheckString(scratch);
            NextOfPair(ref json);
            json.Score();
            if (json.NextItem())
                throw json.Error("more than a piece and its score");
        }
        ArrayPool<char>.Shared.Return(scratch);
    }

    private static void NextOfPair(ref JsonCursor json)
    {
        if (!json.NextItem())
            throw json.Error("expected a piece and its score");
    }
}
