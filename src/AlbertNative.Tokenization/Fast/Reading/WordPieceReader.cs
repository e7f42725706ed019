using System.Buffers;
using System.Collections;
using AlbertNative.Tokenization.Fast.Models;

namespace AlbertNative.Tokenization.Fast.Reading;

/// <summary>
/// Reads a <c>tokenizer.json</c>'s WordPiece model. The vocabulary is first only checked and counted; it is kept once the
/// whole file has proved sound.
/// </summary>
internal ref struct WordPieceReader
{
    // Ids may be left out, as where a vocab.txt named a token twice; but an id must not cost more than the file.
    private const int SpareIds = 1024;

    // Matching a word takes at most this many steps a character, whatever the vocabulary.
    private const int LongestWord = 4096;

    private static readonly string[] Names = ["type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab"];

    private JsonCursor _vocabulary;
    private int _count;
    private int _limit;
    private string _unknown;
    private string _prefix;
    private int _longestWord;

    /// <summary>Checks the model that the cursor stands on.</summary>
    public void Read(ref JsonCursor json)
    {
        uint seen = 0;
        json.StartObject();
        while (json.NextProperty(Names, ref seen, out int property))
        {
            switch (property)
            {
                case 1:
                    _unknown = json.String();
                    break;
                case 2:
                    _prefix = json.String();
                    break;
                case 3:
                    _longestWord = json.Count();
                    if (_longestWord > LongestWord)
                        throw json.Error($"words of {_longestWord} characters; up to {LongestWord} are supported");
                    break;
                case 4:
                    _vocabulary = json;
                    CheckVocabulary(ref json);
                    break;
            }
        }
        json.Require(Names, seen, 0b11110);
    }

    /// <summary>The model; after <see cref="Read"/>, once.</summary>
    /// <exception cref="FormatException">Two tokens are equal or have one id, or the unknown token is not among them.</exception>
    public WordPieceModel Make()
    {
        CheckIds(_vocabulary);
        string?[] tokens = new string?[_limit];
        int unknownId = -1;
        while (_vocabulary.NextEntry(out string token))
        {
            int id = _vocabulary.Count();
            tokens[id] = token;
            if (token == _unknown)
                unknownId = id;
        }
        if (unknownId < 0)
            throw new FormatException($"model.vocab: the unknown token {JsonCursor.Quote(_unknown)} is not in it");
        WordPieceModel model = new(tokens, unknownId, _prefix, _longestWord);
        return model.Count == _count
            ? model
            : throw new FormatException($"model.vocab: {_count} tokens, of which {_count - model.Count} are there already");
    }

    private void CheckVocabulary(ref JsonCursor json)
    {
        json.StartObject();
        char[] scratch = ArrayPool<char>.Shared.Rent(256);
        while (json.NextEntry(ref scratch))
        {
            _count++;
            _limit = Math.Max(_limit, json.Count());
        }
        ArrayPool<char>.Shared.Return(scratch);
        if (_limit >= (2L * _count) + SpareIds)
            throw json.Error($"an id {_limit} in a vocabulary of {_count}");
        _limit++;
    }

    private readonly void CheckIds(JsonCursor json)
    {
        BitArray seen = new(_limit);
        char[] scratch = ArrayPool<char>.Shared.Rent(256);
        while (json.NextEntry(ref scratch))
        {
            int id = json.Count();
            if (seen[id])
                throw json.Error($"a second token with the id {id}");
            seen[id] = true;
        }
        ArrayPool<char>.Shared.Return(scratch);
    }
}
