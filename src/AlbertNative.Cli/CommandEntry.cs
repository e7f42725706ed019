using System.CommandLine;
using AlbertNative.Hub;

namespace AlbertNative.Cli;

/// <summary>
/// What the list of commands says of one, and how it is made: with all its options, which takes longer than many a command
/// takes to run.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Summary">What it does, in a line.</param>
/// <param name="Create">Makes it.</param>
internal sealed record CommandEntry(string Name, string Summary, Func<Session, Command> Create)
{
    /// <summary>Every command, in the order in which they are listed.</summary>
    public static CommandEntry[] All =>
    [
        Of(TextEmbedder.Description, session => new EmbedCommand(session)),
        Of(MaskFiller.Description, session => new FillMaskCommand(session)),
        Of(TextClassifier.Description, session => new ClassifyCommand(session)),
        Of(TokenClassifier.Description, session => new TagCommand(session)),
        Of(QuestionAnswerer.Description, session => new AnswerCommand(session)),
        Of(MultipleChoiceSelector.Description, session => new ChooseCommand(session)),
        Of(SentenceOrderPredictor.Description, session => new OrderCommand(session)),
        new(SimilarCommand.Word, SimilarCommand.Summary, session => new SimilarCommand(session)),
        new(SearchCommand.Word, SearchCommand.Summary, session => new SearchCommand(session)),
        new(IndexCommand.Word, IndexCommand.Summary, session => new IndexCommand(session)),
        Of(Reranker.Description, session => new RerankCommand(session)),
        new(PredictCommand.Word, PredictCommand.Summary, session => new PredictCommand(session)),
        new(TransformCommand.Word, TransformCommand.Summary, session => new TransformCommand(session)),
        new(TrainCommand.Word, TrainCommand.Summary, session => new TrainCommand(session)),
        new(EvaluateCommand.Word, EvaluateCommand.Summary, session => new EvaluateCommand(session)),
        new(TokenizeCommand.Word, TokenizeCommand.Summary, session => new TokenizeCommand(session)),
        new(DecodeCommand.Word, DecodeCommand.Summary, session => new DecodeCommand(session)),
        new(InfoCommand.Word, InfoCommand.Summary, session => new InfoCommand(session)),
        new(RunCommand.Word, RunCommand.Summary, session => new RunCommand(session)),
        new(BenchCommand.Word, BenchCommand.Summary, session => new BenchCommand(session)),
        new(PullCommand.Word, PullCommand.Summary, session => new PullCommand(session, HubOptions.FromEnvironment)),
        new(ConvertCommand.Word, ConvertCommand.Summary, session => new ConvertCommand(session)),
        new(ExportCommand.Word, ExportCommand.Summary, session => new ExportCommand(session)),
        new(VerifyCommand.Word, VerifyCommand.Summary, session => new VerifyCommand(session)),
        new(ServeCommand.Word, ServeCommand.Summary, _ => new ServeCommand()),
    ];

    /// <summary>Whether a call may be one of the command. A completion has the words of its line in one argument.</summary>
    public bool IsNamedIn(string[] arguments)
    {
        foreach (string argument in arguments)
        {
            if (argument.Contains(Name, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    private static CommandEntry Of(TaskDescription task, Func<Session, Command> create) => new(task.Command, task.Summary, create);
}
