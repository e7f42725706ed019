using AlbertNative.Evaluation;

namespace DocumentationSnippets;

internal static class Evaluation
{
    public static void Reports()
    {
        string[] truth = ["e", "n", "c", "e"];
        string[] predicted = ["e", "n", "e", "e"];
        ClassificationReport report = ClassificationReport.Of(truth, predicted);
        Console.WriteLine($"accuracy {report.Accuracy:F2}, macro F1 {report.Macro.F1:F2}, Matthews {report.Matthews:F2}");

        EntityReport entities = EntityReport.Of([["B-PER", "I-PER", "O"]], [["B-PER", "O", "O"]]);
        Console.WriteLine($"F1 of whole entities {entities.Micro.F1:F2}");
    }
}
