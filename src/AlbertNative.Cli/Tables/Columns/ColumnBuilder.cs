using Apache.Arrow;
using Apache.Arrow.Types;

namespace AlbertNative.Cli;

/// <summary>Collects a column's values into an Arrow array.</summary>
internal abstract class ColumnBuilder
{
    /// <summary>About how many bytes have been collected.</summary>
    public abstract long Bytes { get; }

    /// <summary>Appends a value of the column's type.</summary>
    public abstract void Append(object? value);

    /// <summary>The array of all values since the last one.</summary>
    public abstract IArrowArray Build();
}

/// <summary>Strings.</summary>
internal sealed class TextBuilder : ColumnBuilder
{
    private StringArray.Builder _builder = new();
    private long _bytes;

    public override long Bytes => _bytes;

    public override void Append(object? value)
    {
        string? text = (string?)value;
        _builder.Append(text);
        _bytes += (text?.Length ?? 0) + sizeof(int);
    }

    public override IArrowArray Build()
    {
        StringArray built = _builder.Build();
        (_builder, _bytes) = (new(), 0);
        return built;
    }
}

/// <summary>Whole numbers.</summary>
internal sealed class IntegerBuilder : ColumnBuilder
{
    private Int32Array.Builder _builder = new();

    public override long Bytes => (long)_builder.Length * sizeof(int);

    public override void Append(object? value) => _builder.Append((int?)value);

    public override IArrowArray Build()
    {
        Int32Array built = _builder.Build();
        _builder = new();
        return built;
    }
}

/// <summary>Numbers.</summary>
internal sealed class NumberBuilder : ColumnBuilder
{
    private FloatArray.Builder _builder = new();

    public override long Bytes => (long)_builder.Length * sizeof(float);

    public override void Append(object? value) => _builder.Append((float?)value);

    public override IArrowArray Build()
    {
        FloatArray built = _builder.Build();
        _builder = new();
        return built;
    }
}

/// <summary>True and false.</summary>
internal sealed class BooleanBuilder : ColumnBuilder
{
    private BooleanArray.Builder _builder = new();

    public override long Bytes => _builder.Length / 8;

    public override void Append(object? value)
    {
        if (value is null)
            _builder.AppendNull();
        else
            _builder.Append((bool)value);
    }

    public override IArrowArray Build()
    {
        BooleanArray built = _builder.Build();
        _builder = new();
        return built;
    }
}

/// <summary>What the builders of nested values share: which of them are there.</summary>
internal abstract class NestedBuilder : ColumnBuilder
{
    private ArrowBuffer.BitmapBuilder _valid = new();
    private int _nulls;

    protected int Length => _valid.Length;

    protected void AppendValidity(bool isValid)
    {
        _valid.Append(isValid);
        _nulls += isValid ? 0 : 1;
    }

    protected (int Length, ArrowBuffer Valid, int Nulls) TakeValidity()
    {
        (int, ArrowBuffer, int) taken = (_valid.Length, _valid.Build(), _nulls);
        (_valid, _nulls) = (new(), 0);
        return taken;
    }
}

/// <summary>Vectors: lists of floats, copied whole.</summary>
internal sealed class VectorBuilder : NestedBuilder
{
    private ArrowBuffer.Builder<int> _ends = new ArrowBuffer.Builder<int>().Append(0);
    private ArrowBuffer.Builder<float> _numbers = new();

    public override long Bytes => (long)_numbers.Length * sizeof(float);

    public override void Append(object? value)
    {
        if (value is not null)
            _numbers.Append((float[])value);
        _ends.Append(_numbers.Length);
        AppendValidity(value is not null);
    }

    public override IArrowArray Build()
    {
        (int length, ArrowBuffer valid, int nulls) = TakeValidity();
        int count = _numbers.Length;
        FloatArray numbers = new(_numbers.Build(), ArrowBuffer.Empty, count, 0, 0);
        ListArray built = new((ListType)ColumnType.Vector.Arrow, length, _ends.Build(), numbers, valid, nulls);
        (_ends, _numbers) = (new ArrowBuffer.Builder<int>().Append(0), new());
        return built;
    }
}

/// <summary>Lists.</summary>
internal sealed class ListBuilder(IArrowType type, ColumnBuilder items) : NestedBuilder
{
    private ArrowBuffer.Builder<int> _ends = new ArrowBuffer.Builder<int>().Append(0);
    private int _count;

    public override long Bytes => items.Bytes + ((long)Length * sizeof(int));

    public override void Append(object? value)
    {
        foreach (object? item in (IEnumerable<object?>?)value ?? [])
        {
            items.Append(item);
            _count++;
        }
        _ends.Append(_count);
        AppendValidity(value is not null);
    }

    public override IArrowArray Build()
    {
        (int length, ArrowBuffer valid, int nulls) = TakeValidity();
        ListArray built = new((ListType)type, length, _ends.Build(), items.Build(), valid, nulls);
        (_ends, _count) = (new ArrowBuffer.Builder<int>().Append(0), 0);
        return built;
    }
}

/// <summary>Structs.</summary>
internal sealed class StructBuilder(IArrowType type, ColumnBuilder[] fields) : NestedBuilder
{
    public override long Bytes => fields.Sum(member => member.Bytes);

    public override void Append(object? value)
    {
        object?[]? values = (object?[]?)value;
        for (int i = 0; i < fields.Length; i++)
            fields[i].Append(values?[i]);
        AppendValidity(values is not null);
    }

    public override IArrowArray Build()
    {
        (int length, ArrowBuffer valid, int nulls) = TakeValidity();
        return new StructArray(type, length, fields.Select(field => field.Build()), valid, nulls);
    }
}
