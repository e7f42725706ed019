using System.Globalization;

namespace AlbertNative.Cli;

/// <summary>Where a table's results go: one file; or a directory, with a part for each group of rows of each of its files.</summary>
internal static class TableOutput
{
    /// <summary>Runs over the whole table.</summary>
    /// <param name="input">What is read.</param>
    /// <param name="run">What is done with it.</param>
    /// <param name="path">The file or directory.</param>
    /// <param name="settings">What a run that goes on must have in common with the one that was broken off.</param>
    /// <param name="cancellationToken">Ctrl-C.</param>
    public static void Write<TItem, TResult>(
        TableInput input, TableRun<TItem, TResult> run, string path, IReadOnlyList<string> settings, CancellationToken cancellationToken)
    {
        // All of them first: hours of work must not end at the last file's columns.
        foreach (string file in input.Files)
        {
            using ITableReader table = TableFile.Open(file);
            run.Check(table);
        }
        if (Directory.Exists(path) || !Path.HasExtension(path))
        {
            WriteParts(input, run, path, settings, cancellationToken);
            return;
        }
        using ITableReader only = TableFile.Open(input.Files.Single());
        run.Begin(only);
        WriteFile(only, run, path, only.Groups(), cancellationToken);
    }

    private static void WriteFile<TItem, TResult>(
        ITableReader table, TableRun<TItem, TResult> run, string path, IEnumerable<ITableGroup> groups, CancellationToken cancellationToken)
    {
        using OutputFile output = new(path);
        using ITableWriter writer = table.CreateWriter(output, run.Results);
        foreach (ITableGroup group in groups)
        {
            cancellationToken.ThrowIfCancellationRequested();
            run.Run(group, writer, cancellationToken);
        }
        writer.Complete();
    }

    // A part is there under its name only when it is complete, so what is there need not be computed again.
    private static void WriteParts<TItem, TResult>(
        TableInput input, TableRun<TItem, TResult> run, string directory, IReadOnlyList<string> settings, CancellationToken cancellationToken)
    {
        PartsRecord.Open(directory, input, settings);
        int index = 0;
        foreach (string file in input.Files)
        {
            using ITableReader table = TableFile.Open(file);
            run.Begin(table);
            string ending = Path.GetExtension(file);
            foreach (ITableGroup group in table.Groups())
            {
                cancellationToken.ThrowIfCancellationRequested();
                string part = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"part-{index++:d5}{ending}"));
                if (File.Exists(part))
                    run.Pass(group);
                else
                    WriteFile(table, run, part, [group], cancellationToken);
            }
        }
        using OutputFile success = new(Path.Combine(directory, "_SUCCESS"));
        success.Complete();
    }
}
