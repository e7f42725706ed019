using AlbertNative.Spark;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace AlbertNative.Cli;

/// <summary>Strings of Arrow's arrays, in whichever of their layouts.</summary>
internal static class ArrowText
{
    public static bool IsText(IArrowType type) =>
        type is StringType or LargeStringType or StringViewType || type is DictionaryType dictionary && IsText(dictionary.ValueType);

    public static bool IsTextList(IArrowType type) => type switch
    {
        ListType list => IsText(list.ValueDataType),
        LargeListType list => IsText(list.ValueDataType),
        _ => false,
    };

    /// <summary>The strings; null where there is none.</summary>
    public static string?[] Texts(IArrowArray array)
    {
        RequireRoom(array);
        string?[] texts = new string?[array.Length];
        for (int i = 0; i < texts.Length; i++)
            texts[i] = At(array, i);
        return texts;
    }

    /// <summary>The lists of strings; null where there is none.</summary>
    public static string?[]?[] TextLists(IArrowArray array)
    {
        RequireRoom(array);
        string?[]?[] lists = new string?[]?[array.Length];
        for (int i = 0; i < lists.Length; i++)
        {
            if (!array.IsValid(i))
                continue;
            (IArrowArray items, int start, int end) = array is ListArray list
                ? (list.Values, list.ValueOffsets[i], list.ValueOffsets[i + 1])
                : Large((LargeListArray)array, i);
            RequireRoom(items);
            if (end > items.Length)
                throw new InvalidDataException($"the list {i} ends at item {end} of {items.Length}");
            lists[i] = [.. Enumerable.Range(start, end - start).Select(item => At(items, item))];
        }
        return lists;
    }

    /// <summary>A damaged batch may have any number of rows; no memory is asked for more than its buffers can hold.</summary>
    private static void RequireRoom(IArrowArray array)
    {
        IArrowArray rows = array is DictionaryArray encoded ? encoded.Indices : array;
        // Offsets stand before and behind each row.
        long bits = rows switch
        {
            StringArray or ListArray => 32L * (rows.Length + 1),
            LargeStringArray or LargeListArray => 64L * (rows.Length + 1),
            StringViewArray => 128L * rows.Length,
            _ => (long)((FixedWidthType)rows.Data.DataType).BitWidth * rows.Length,
        };
        if (rows.Length > 0 && bits > 8L * rows.Data.Buffers[1].Length)
            throw new InvalidDataException($"{rows.Length} rows, whose buffer has {rows.Data.Buffers[1].Length} bytes");
    }

    private static (IArrowArray, int, int) Large(LargeListArray list, int index) =>
        (list.Values, checked((int)list.ValueOffsets[index]), checked((int)list.ValueOffsets[index + 1]));

    private static string? At(IArrowArray array, int index) => array switch
    {
        StringArray texts => SafeText.At(texts, index),
        LargeStringArray texts => SafeText.At(texts, index),
        StringViewArray texts => SafeText.At(texts, index),
        DictionaryArray encoded => encoded.IsValid(index) ? At(encoded.Dictionary, IndexAt(encoded.Indices, index)) : null,
        _ => throw new InvalidDataException($"an array of {array.Data.DataType.Name} holds no strings"),
    };

    private static int IndexAt(IArrowArray indices, int index) => indices switch
    {
        Int8Array numbers => numbers.GetValue(index)!.Value,
        UInt8Array numbers => numbers.GetValue(index)!.Value,
        Int16Array numbers => numbers.GetValue(index)!.Value,
        UInt16Array numbers => numbers.GetValue(index)!.Value,
        Int32Array numbers => numbers.GetValue(index)!.Value,
        UInt32Array numbers => checked((int)numbers.GetValue(index)!.Value),
        Int64Array numbers => checked((int)numbers.GetValue(index)!.Value),
        UInt64Array numbers => checked((int)numbers.GetValue(index)!.Value),
        _ => throw new InvalidDataException($"a dictionary's indices are {indices.Data.DataType.Name}"),
    };
}
