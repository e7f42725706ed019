using AlbertNative.Tokenization;
using AlbertNative.Tokenization.SentencePiece;

namespace AlbertNative.Tests.SentencePiece;

/// <summary>
/// The Unigram segmentation as one would write it down: every substring is looked up in a dictionary, scores are kept
/// for all positions. Only the arithmetic is SentencePiece's (float scores, sums in double, strict improvement).
/// </summary>
internal sealed class TextbookLattice
{
    private readonly Dictionary<string, (int Id, double Score)> _pieces = [];
    private readonly float _unknownScore;
    private readonly int _unknownId;
    private readonly int _longest;

    public TextbookLattice(SentencePieceModel model)
    {
        ModelProto proto = model.Proto;
        _unknownId = model.UnknownId;
        float lowest = float.MaxValue, highest = 1.17549435e-38f;
        for (int id = 0; id < proto.Count; id++)
        {
            if (proto.Types[id] != PieceType.Normal)
                continue;
            lowest = Math.Min(lowest, proto.Scores[id]);
            highest = Math.Max(highest, proto.Scores[id]);
        }
        _unknownScore = lowest - 10;
        for (int id = 0; id < proto.Count; id++)
        {
            string text = proto.Text(id);
            if (proto.Types[id] == PieceType.Normal)
                _pieces[text] = (id, proto.Scores[id]);
            else if (proto.Types[id] == PieceType.UserDefined)
                _pieces[text] = (id, proto.Utf8(id).Length * highest - 0.1);
            _longest = Math.Max(_longest, text.Length);
        }
    }

    /// <summary>The pieces of a normalised text; neighbouring unknown ones are one.</summary>
    public List<(int Id, string Text)> Segment(string text)
    {
        var best = new (float Score, int Start, int Id)?[text.Length + 1];
        best[0] = (0, 0, -1);
        for (int start = 0; start < text.Length;)
        {
            int character = char.IsHighSurrogate(text[start]) ? 2 : 1;
            float here = best[start]!.Value.Score;
            bool isCovered = false;
            for (int length = 1; length <= Math.Min(_longest, text.Length - start); length++)
            {
                if (!_pieces.TryGetValue(text.Substring(start, length), out (int Id, double Score) piece))
                    continue;
                double candidate = here + piece.Score;
                if (best[start + length] is not { } stored || candidate > stored.Score)
                    best[start + length] = ((float)candidate, start, piece.Id);
                isCovered |= length == character;
            }
            float unknown = here + _unknownScore;
            if (!isCovered && (best[start + character] is not { } other || unknown > other.Score))
                best[start + character] = (unknown, start, _unknownId);
            start += character;
        }
        return Trace(text, best);
    }

    private List<(int Id, string Text)> Trace(string text, (float Score, int Start, int Id)?[] best)
    {
        List<(int Id, string Text)> path = [];
        for (int end = text.Length; end > 0; end = best[end]!.Value.Start)
        {
            (_, int start, int id) = best[end]!.Value;
            if (id == _unknownId && path.Count > 0 && path[^1].Id == id)
                path[^1] = (id, text[start..end] + path[^1].Text);
            else
                path.Add((id, text[start..end]));
        }
        path.Reverse();
        return path;
    }
}
