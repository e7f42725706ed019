namespace AlbertNative.Annotations;

/// <summary>What an export for Spark NLP has written.</summary>
/// <param name="ClassName">The class of Spark NLP's whose <c>loadSavedModel</c> takes the directory.</param>
/// <param name="WrittenBytes">The size of all files.</param>
/// <param name="Notes">What to know before its answers are compared with those of this library.</param>
public sealed record SparkNlpExport(string ClassName, long WrittenBytes, IReadOnlyList<string> Notes);
