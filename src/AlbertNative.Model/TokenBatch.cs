namespace AlbertNative.Model;

/// <summary>
/// The sequences of one forward pass, laid end to end without padding: token t has an id, a type and a
/// position, and sequence s owns the tokens <c>SequenceStarts[s]</c> to <c>SequenceStarts[s + 1]</c>. A token's
/// index is also its row in every per-token output.
/// </summary>
/// <remarks>
/// Refill with <see cref="Clear"/> and <see cref="Add"/>: buffers grow and are kept, so that a warm batch
/// allocates nothing. Not to be changed while a forward pass reads it.
/// </remarks>
public sealed class TokenBatch
{
    private int[] _inputIds = [];
    private int[] _tokenTypeIds = [];
    private int[] _positions = [];
    private int[] _sequenceStarts = [0];
    private int[] _columnCounts = [];

    /// <summary>Number of sequences.</summary>
    public int SequenceCount { get; private set; }

    /// <summary>Number of tokens in all sequences, masked columns not counted.</summary>
    public int TokenCount { get; private set; }

    /// <summary>Each token's id in the vocabulary, <c>[tokens]</c>.</summary>
    public ReadOnlySpan<int> InputIds => _inputIds.AsSpan(0, TokenCount);

    /// <summary>Each token's type, <c>[tokens]</c>.</summary>
    public ReadOnlySpan<int> TokenTypeIds => _tokenTypeIds.AsSpan(0, TokenCount);

    /// <summary>Each token's position: its column in the sequence as given, masked columns counted, <c>[tokens]</c>.</summary>
    public ReadOnlySpan<int> Positions => _positions.AsSpan(0, TokenCount);

    /// <summary>The first token of each sequence, and the number of tokens at the end, <c>[sequences + 1]</c>.</summary>
    public ReadOnlySpan<int> SequenceStarts => _sequenceStarts.AsSpan(0, SequenceCount + 1);

    /// <summary>The number of columns that a sequence was given with, masked ones counted, <c>[sequences]</c>.</summary>
    public ReadOnlySpan<int> ColumnCounts => _columnCounts.AsSpan(0, SequenceCount);

    /// <summary>Forgets all sequences; keeps the memory.</summary>
    public void Clear() => SequenceCount = TokenCount = 0;

    /// <summary>Appends one sequence. Ids are copied; they are checked against a model when the model runs.</summary>
    /// <param name="inputIds">The token ids, one a column, special tokens included.</param>
    /// <param name="tokenTypeIds">The type of each column; empty for type 0 throughout.</param>
    /// <param name="attentionMask">
    /// 1 for each column that exists and 0 for each that does not (padding, on any side, or holes); empty where
    /// all exist. Masked columns are dropped; the others keep their column as their position.
    /// </param>
    /// <exception cref="ArgumentException">Lengths differ, the mask holds another number than 0 and 1, or nothing is left.</exception>
    public void Add(ReadOnlySpan<int> inputIds, ReadOnlySpan<int> tokenTypeIds = default, ReadOnlySpan<int> attentionMask = default)
    {
        int columns = inputIds.Length;
        if (columns == 0)
            throw new ArgumentException($"sequence {SequenceCount} has no token", nameof(inputIds));
        if (!tokenTypeIds.IsEmpty && tokenTypeIds.Length != columns)
            throw Mismatch(nameof(tokenTypeIds), tokenTypeIds.Length, columns);
        if (!attentionMask.IsEmpty && attentionMask.Length != columns)
            throw Mismatch(nameof(attentionMask), attentionMask.Length, columns);
        int kept = attentionMask.IsEmpty ? columns : Unmasked(attentionMask);

        Reserve(kept);
        int token = TokenCount;
        for (int column = 0; column < columns; column++)
        {
            if (!attentionMask.IsEmpty && attentionMask[column] == 0)
                continue;
            _inputIds[token] = inputIds[column];
            _tokenTypeIds[token] = tokenTypeIds.IsEmpty ? 0 : tokenTypeIds[column];
            _positions[token] = column;
            token++;
        }
        _columnCounts[SequenceCount] = columns;
        SequenceCount++;
        _sequenceStarts[SequenceCount] = TokenCount = token;
    }

    /// <summary>Appends the sequences of another batch.</summary>
    internal void Append(TokenBatch other)
    {
        Reserve(other.TokenCount);
        other.InputIds.CopyTo(_inputIds.AsSpan(TokenCount));
        other.TokenTypeIds.CopyTo(_tokenTypeIds.AsSpan(TokenCount));
        other.Positions.CopyTo(_positions.AsSpan(TokenCount));
        for (int sequence = 0; sequence < other.SequenceCount; sequence++)
        {
            Reserve(0);
            _columnCounts[SequenceCount] = other._columnCounts[sequence];
            SequenceCount++;
            _sequenceStarts[SequenceCount] = TokenCount + other._sequenceStarts[sequence + 1];
        }
        TokenCount += other.TokenCount;
    }

    /// <summary>Appends one sequence of another batch.</summary>
    internal void Append(TokenBatch other, int sequence)
    {
        (int start, int length) = other.RowsOf(sequence);
        Reserve(length);
        other.InputIds.Slice(start, length).CopyTo(_inputIds.AsSpan(TokenCount));
        other.TokenTypeIds.Slice(start, length).CopyTo(_tokenTypeIds.AsSpan(TokenCount));
        other.Positions.Slice(start, length).CopyTo(_positions.AsSpan(TokenCount));
        _columnCounts[SequenceCount] = other._columnCounts[sequence];
        SequenceCount++;
        _sequenceStarts[SequenceCount] = TokenCount += length;
    }

    /// <summary>The rows that belong to a sequence: [Start, Start + Length).</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sequence.</exception>
    public (int Start, int Length) RowsOf(int sequence)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sequence, SequenceCount);
        int start = _sequenceStarts[sequence];
        return (start, _sequenceStarts[sequence + 1] - start);
    }

    /// <summary>The row of a sequence's column; false where that column is masked or beyond the end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sequence.</exception>
    public bool TryGetRow(int sequence, int column, out int row)
    {
        (int start, int length) = RowsOf(sequence);
        int index = _positions.AsSpan(start, length).BinarySearch(column);
        row = index < 0 ? -1 : start + index;
        return index >= 0;
    }

    /// <summary>Checks every sequence against a model's sizes.</summary>
    /// <exception cref="ArgumentException">The batch is empty, or a sequence is too long, or an id or type is not in its table; names the place.</exception>
    public void Validate(ModelConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (SequenceCount == 0)
            throw new ArgumentException("the batch holds no sequence");
        for (int sequence = 0; sequence < SequenceCount; sequence++)
        {
            if (_columnCounts[sequence] > config.MaxPositionCount)
            {
                throw new ArgumentException($"sequence {sequence} has {_columnCounts[sequence]} columns, " +
                    $"the model has {config.MaxPositionCount} positions (max_position_embeddings)");
            }
        }
        CheckRange(InputIds, config.VocabularySize, "token id", "vocab_size");
        CheckRange(TokenTypeIds, config.TypeVocabularySize, "token type", "type_vocab_size");
    }

    /// <summary>Why there can be no pooled output, which is made of each sequence's column 0; null where there can.</summary>
    public string? PoolingRefusal()
    {
        for (int sequence = 0; sequence < SequenceCount; sequence++)
        {
            if (_positions[_sequenceStarts[sequence]] != 0)
                return $"sequence {sequence} has no pooled output: its column 0 is masked";
        }
        return null;
    }

    /// <summary>Checks that every sequence has its column 0.</summary>
    /// <exception cref="ArgumentException">A sequence's column 0 is masked.</exception>
    internal void RequirePooling()
    {
        if (PoolingRefusal() is string refusal)
            throw new ArgumentException(refusal);
    }

    private void CheckRange(ReadOnlySpan<int> values, int count, string what, string key)
    {
        for (int token = 0; token < values.Length; token++)
        {
            if ((uint)values[token] < (uint)count)
                continue;
            int sequence = 0;
            while (_sequenceStarts[sequence + 1] <= token)
                sequence++;
            throw new ArgumentException($"sequence {sequence}, column {_positions[token]}: {what} {values[token]} " +
                $"is not between 0 and {count - 1} ({key} is {count})");
        }
    }

    private int Unmasked(ReadOnlySpan<int> attentionMask)
    {
        int kept = 0;
        for (int column = 0; column < attentionMask.Length; column++)
        {
            if (attentionMask[column] is not (0 or 1))
            {
                throw new ArgumentException($"sequence {SequenceCount}, column {column}: the mask is " +
                    $"{attentionMask[column]}, expected 0 or 1", nameof(attentionMask));
            }
            kept += attentionMask[column];
        }
        return kept > 0
            ? kept
            : throw new ArgumentException($"sequence {SequenceCount} has no unmasked column", nameof(attentionMask));
    }

    private ArgumentException Mismatch(string parameter, int length, int columns) =>
        new($"sequence {SequenceCount} has {columns} ids and {length} entries in {parameter}", parameter);

    private void Reserve(int tokens)
    {
        int needed = checked(TokenCount + tokens);
        if (needed > _inputIds.Length)
        {
            int capacity = (int)Math.Min(Array.MaxLength, Math.Max(needed, Math.Max(64L, 2L * _inputIds.Length)));
            Array.Resize(ref _inputIds, capacity);
            Array.Resize(ref _tokenTypeIds, capacity);
            Array.Resize(ref _positions, capacity);
        }
        if (SequenceCount == _columnCounts.Length)
        {
            int capacity = Math.Max(8, 2 * _columnCounts.Length);
            Array.Resize(ref _columnCounts, capacity);
            Array.Resize(ref _sequenceStarts, capacity + 1);
        }
    }
}
