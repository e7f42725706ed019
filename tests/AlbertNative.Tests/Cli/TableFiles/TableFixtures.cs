using AlbertNative.Cli;
using AlbertNative.Testing;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Parquet;
using Parquet.Data;
using Parquet.Schema;
using Field = Apache.Arrow.Field;

namespace AlbertNative.Tests.Cli.TableFiles;

/// <summary>Tables of these tests, and what is in a table that was written.</summary>
internal static class TableFixtures
{
    /// <summary>Ten rows in three row groups; a column of every type that pyarrow 18.1 writes, the texts in <c>str</c>, null in rows 2, 5 and 8.</summary>
    public static string AllTypes { get; } = Find("all-types.parquet");

    /// <summary>Seven rows in three row groups: <c>id</c>, <c>book</c> and <c>verse</c>, of which row 5's is null.</summary>
    public static string Verses { get; } = Find("verses.parquet");

    /// <summary>Writes an Arrow file with the columns <c>id</c>, <c>text</c> and <c>words</c>, a batch for each chunk.</summary>
    public static void WriteArrow(string path, params (string? Text, string[]? Words)[][] batches)
    {
        Schema schema = new(
            [
                new Field("id", Int64Type.Default, false),
                new Field("text", StringType.Default, true),
                new Field("words", new ListType(StringType.Default), true),
            ],
            new Dictionary<string, string> { ["made by"] = "a test" });
        using FileStream file = File.Create(path);
        using ArrowFileWriter writer = new(file, schema);
        long id = 0;
        foreach ((string? Text, string[]? Words)[] batch in batches)
        {
            Int64Array.Builder ids = new();
            StringArray.Builder texts = new();
            ListArray.Builder lists = new(StringType.Default);
            foreach ((string? text, string[]? words) in batch)
            {
                ids.Append(id++);
                texts.Append(text);
                if (words is null)
                    lists.AppendNull();
                else
                    ((StringArray.Builder)lists.Append().ValueBuilder).AppendRange(words);
            }
            writer.WriteRecordBatch(new(schema, [ids.Build(), texts.Build(), lists.Build()], batch.Length));
        }
        writer.WriteEnd();
    }

    /// <summary>The record batches of an Arrow file.</summary>
    public static (Schema Schema, List<RecordBatch> Batches) ReadArrow(string path)
    {
        using MemoryStream file = new(File.ReadAllBytes(path));
        using ArrowFileReader reader = new(file);
        List<RecordBatch> batches = [];
        while (reader.ReadNextRecordBatch() is RecordBatch batch)
            batches.Add(batch);
        return (reader.Schema, batches);
    }

    /// <summary>A column of vectors, of all row groups; null where there is none.</summary>
    public static async Task<List<float[]?>> ReadVectors(string path, string column)
    {
        await using ParquetReader reader = await ParquetReader.CreateAsync(path);
        DataField field = reader.Schema.DataFields.Single(leaf => leaf.Path.FirstPart == column);
        List<float[]?> vectors = [];
        foreach (ParquetRowGroupReader group in reader.RowGroups)
        {
            using RawColumnData<float> data = (RawColumnData<float>)await group.ReadRawColumnDataBaseAsync(field);
            int next = 0;
            List<float>? current = null;
            List<List<float>?> rows = [];
            for (int i = 0; i < data.DefinitionLevels.Length; i++)
            {
                if (data.RepetitionLevels[i] == 0)
                    rows.Add(current = data.DefinitionLevels[i] == 0 ? null : []);
                if (data.DefinitionLevels[i] == field.MaxDefinitionLevel)
                    current!.Add(data.Values[next++]);
            }
            vectors.AddRange(rows.Select(row => row?.ToArray()));
        }
        return vectors;
    }

    private static string Find(string name) =>
        Path.Combine(SharedFolder.Repository, "tests", "AlbertNative.Tests", "Cli", "TableFiles", name);

    /// <summary>The bytes of every column's pages, by row group.</summary>
    public static List<byte[][]> ReadPages(string path)
    {
        using FileStream file = File.OpenRead(path);
        List<byte[][]> pages = [];
        foreach (ThriftStruct group in ParquetFooter.Read(file, path).RowGroups.Cast<ThriftStruct>())
        {
            pages.Add([.. group.List(ParquetField.GroupColumns)!.Structs.Select(chunk =>
            {
                ThriftStruct column = chunk.Struct(ParquetField.ChunkMetadata)!;
                file.Position = column.Integer(ParquetField.ColumnDictionaryOffset) ?? column.Integer(ParquetField.ColumnDataOffset)!.Value;
                byte[] bytes = new byte[column.Integer(ParquetField.ColumnCompressedBytes)!.Value];
                file.ReadExactly(bytes);
                return bytes;
            })]);
        }
        return pages;
    }
}
