using System.Text.Json;
using AlbertNative.Evaluation;

namespace AlbertNative.ParityTests.Evaluation;

/// <summary>SQuAD's two scoring scripts.</summary>
public sealed class AnswerGoldenTests
{
    [Fact]
    public void Pairs_of_answers_score_as_in_SQuADs_scripts()
    {
        MetricGolden golden = new();
        int cases = 0;
        foreach (JsonElement line in MetricGolden.Read("squad.pairs.jsonl.gz"))
        {
            string prediction = AnswerText.Normalize(line.GetProperty("prediction").GetString()!);
            string gold = AnswerText.Normalize(line.GetProperty("gold").GetString()!);
            Assert.Equal(line.GetProperty("normalized").GetString(), prediction);
            Assert.Equal(line.GetProperty("normalized_v2").GetString(), prediction);
            string[] words = AnswerText.Words(prediction), goldWords = AnswerText.Words(gold);
            golden.Compare(line.GetProperty("f1"), AnswerOverlap.F1(words, goldWords, emptyAgree: false), $"{cases}.f1");
            golden.Compare(line.GetProperty("f1_v2"), AnswerOverlap.F1(words, goldWords, emptyAgree: true), $"{cases}.f1_v2");
            int exact = prediction == gold ? 1 : 0;
            golden.Compare(line.GetProperty("exact"), exact, $"{cases}.exact");
            golden.Compare(line.GetProperty("exact_v2"), exact, $"{cases}.exact_v2");
            cases++;
        }
        golden.Report("squad pairs", cases);
    }

    [Fact]
    public void Sets_of_questions_score_as_in_SQuADs_scripts()
    {
        MetricGolden golden = new();
        int cases = 0;
        foreach (JsonElement line in MetricGolden.Read("squad.jsonl.gz"))
        {
            List<AnsweredQuestion> questions =
            [
                .. line.GetProperty("questions").EnumerateArray().Select(question => new AnsweredQuestion(
                    question.GetProperty("id").GetString()!, question.GetProperty("answers").Deserialize<string[]>()!,
                    question.GetProperty("prediction").GetString()!, question.GetProperty("no_answer_probability").GetDouble())),
            ];
            JsonElement squad = line.GetProperty("squad");
            if (squad.ValueKind == JsonValueKind.Object)
            {
                AnswerScores scores = AnswerScores.OfSquad(questions);
                golden.Compare(squad.GetProperty("exact_match"), scores.ExactMatch, $"{cases}.exact_match");
                golden.Compare(squad.GetProperty("f1"), scores.F1, $"{cases}.f1");
            }
            AnswerComparison[] raw = [.. questions.Select(question => AnswerComparison.OfSquad2(question, false))];
            golden.Compare(line.GetProperty("exact_raw"), Array.ConvertAll(raw, answer => answer.Exact), $"{cases}.exact_raw");
            golden.Compare(line.GetProperty("f1_raw"), Array.ConvertAll(raw, answer => answer.F1), $"{cases}.f1_raw");
            Compare(golden, line.GetProperty("squad_v2_threshold_1"), Squad2Scores.Of(questions, 1), $"{cases}.v2(1)");
            Compare(golden, line.GetProperty("squad_v2_threshold_0.5"), Squad2Scores.Of(questions, 0.5), $"{cases}.v2(0.5)");
            cases++;
        }
        golden.Report("squad", cases);
    }

    private static void Compare(MetricGolden golden, JsonElement expected, Squad2Scores scores, string what)
    {
        Dictionary<string, double> actual = new()
        {
            ["exact"] = scores.All.ExactMatch,
            ["f1"] = scores.All.F1,
            ["total"] = scores.All.Total,
            ["HasAns_exact"] = scores.Answerable.ExactMatch,
            ["HasAns_f1"] = scores.Answerable.F1,
            ["HasAns_total"] = scores.Answerable.Total,
            ["NoAns_exact"] = scores.Unanswerable.ExactMatch,
            ["NoAns_f1"] = scores.Unanswerable.F1,
            ["NoAns_total"] = scores.Unanswerable.Total,
            ["best_exact"] = scores.BestExactMatch.Score,
            ["best_exact_thresh"] = scores.BestExactMatch.Threshold,
            ["best_f1"] = scores.BestF1.Score,
            ["best_f1_thresh"] = scores.BestF1.Threshold,
        };
        foreach (JsonProperty figure in expected.EnumerateObject())
            golden.Compare(figure.Value, actual[figure.Name], $"{what}.{figure.Name}");
    }
}
