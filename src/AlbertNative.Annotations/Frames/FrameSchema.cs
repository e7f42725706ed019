using System.Collections.Immutable;

namespace AlbertNative.Annotations;

/// <summary>The columns of a frame, in order. Immutable.</summary>
public sealed class FrameSchema
{
    /// <summary>Makes a schema of columns.</summary>
    /// <exception cref="ArgumentException">Two have one name.</exception>
    public FrameSchema(IEnumerable<FrameColumn> columns)
    {
        Columns = [.. columns];
        if (Columns.GroupBy(column => column.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"there are two columns '{twice.Key}'", nameof(columns));
    }

    /// <summary>The columns.</summary>
    public ImmutableArray<FrameColumn> Columns { get; }

    /// <summary>The column of a name; null where there is none.</summary>
    public FrameColumn? Find(string name) => Columns.FirstOrDefault(column => column.Name == name);

    /// <summary>The same with a column at the end, or in the place of the one that has its name.</summary>
    internal FrameSchema With(FrameColumn column)
    {
        int place = Columns.IndexOf(Columns.FirstOrDefault(c => c.Name == column.Name)!);
        return new(place < 0 ? Columns.Add(column) : Columns.SetItem(place, column));
    }

    /// <summary>The same without some columns.</summary>
    internal FrameSchema Without(Func<FrameColumn, bool> dropped) => new(Columns.Where(column => !dropped(column)));
}
