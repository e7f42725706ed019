using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>
/// A pass's sequences, shared out: blocks of whole sequences that one thread each takes through a layer, without waiting for
/// others and with what it writes in its own cache, and a rest that all threads share, step by step.
/// </summary>
internal sealed class SequenceBlocks
{
    /// <summary>The part of all rows for which threads may have nothing to do when the blocks come to their end.</summary>
    private const int IdlePart = 32;

    private AttentionSpan[] _spans = [];
    private AttentionSpan[] _selectedSpans = [];
    private SequenceBlock[] _blocks = [];
    private int[] _loads = [];
    private int _sequences;
    private int _count;

    /// <summary>The blocks; every thread takes the next one when it is done with another.</summary>
    public ReadOnlySpan<SequenceBlock> Alone => _blocks.AsSpan(0, _count);

    /// <summary>What all threads share: the last sequences, or none.</summary>
    public SequenceBlock Rest { get; private set; }

    /// <summary>The largest block's rows, without the rest.</summary>
    public int LargestAlone { get; private set; }

    /// <summary>Each sequence's queries and keys, by their rows within the block.</summary>
    public ReadOnlySpan<AttentionSpan> SpansOf(SequenceBlock block) => _spans.AsSpan(block.FirstSequence, block.Sequences);

    /// <summary>Each sequence's queries among all that are selected, and all of its keys by their rows within the block.</summary>
    public ReadOnlySpan<AttentionSpan> SelectedSpansOf(SequenceBlock block) => _selectedSpans.AsSpan(block.FirstSequence, block.Sequences);

    /// <summary>Makes room for the spans of so many sequences, and gives them to be filled in by the rows among all.</summary>
    public void Reserve(int sequences, out Span<AttentionSpan> spans, out Span<AttentionSpan> selectedSpans)
    {
        _sequences = sequences;
        if (_spans.Length < sequences)
        {
            _spans = new AttentionSpan[2 * sequences];
            _selectedSpans = new AttentionSpan[2 * sequences];
            _blocks = new SequenceBlock[2 * sequences];
        }
        spans = _spans.AsSpan(0, sequences);
        selectedSpans = _selectedSpans.AsSpan(0, sequences);
    }

    /// <summary>Shares out the sequences whose spans have been filled in.</summary>
    /// <param name="rows">The rows that are well taken through a layer together; a longer sequence is a block of its own.</param>
    /// <param name="threads">The team's threads.</param>
    public void Divide(int rows, int threads)
    {
        int blocks = Collect(rows), all = _spans[_sequences - 1].KeyStart + _spans[_sequences - 1].KeyCount;
        _count = Balanced(blocks, all, threads);
        SequenceBlock rest = _count < blocks ? _blocks[_count] : new(_sequences, 0, all, 0);
        Rest = rest with { Sequences = _sequences - rest.FirstSequence, Rows = all - rest.FirstRow };
        LargestAlone = 0;
        foreach (SequenceBlock block in Alone)
        {
            LargestAlone = Math.Max(LargestAlone, block.Rows);
            CountWithin(block);
        }
        CountWithin(Rest);
    }

    /// <summary>As many sequences to a block as have together no more than so many rows.</summary>
    private int Collect(int most)
    {
        int blocks = 0;
        for (int first = 0, end; first < _sequences; first = end)
        {
            int rows = 0;
            for (end = first; end < _sequences && (end == first || rows + _spans[end].KeyCount <= most); end++)
                rows += _spans[end].KeyCount;
            _blocks[blocks++] = new SequenceBlock(first, end - first, _spans[first].KeyStart, rows);
        }
        return blocks;
    }

    /// <summary>The most blocks, from the first on, at whose end the threads have next to no time to wait for each other.</summary>
    private int Balanced(int blocks, int all, int threads)
    {
        if (_loads.Length < threads)
            _loads = new int[threads];
        Span<int> loads = _loads.AsSpan(0, threads);
        loads.Clear();
        int balanced = 0, longest = 0;
        long taken = 0;
        for (int i = 0; i < blocks; i++)
        {
            ref int least = ref loads[0];
            foreach (ref int load in loads)
            {
                if (load < least)
                    least = ref load;
            }
            least += _blocks[i].Rows;
            longest = Math.Max(longest, least);
            taken += _blocks[i].Rows;
            if ((((long)longest * threads) - taken) * IdlePart <= all)
                balanced = i + 1;
        }
        return balanced;
    }

    private void CountWithin(SequenceBlock block)
    {
        for (int i = block.FirstSequence; i < block.FirstSequence + block.Sequences; i++)
        {
            int start = _spans[i].KeyStart - block.FirstRow;
            _spans[i] = _spans[i] with { QueryStart = start, KeyStart = start };
            _selectedSpans[i] = _selectedSpans[i] with { KeyStart = start };
        }
    }
}
