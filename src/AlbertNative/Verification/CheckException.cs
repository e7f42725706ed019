namespace AlbertNative;

/// <summary>Ends a check that did not pass.</summary>
internal sealed class CheckException : Exception
{
    private CheckException(CheckResult result, string message)
        : base(message) => Result = result;

    public CheckResult Result { get; }

    public static CheckException Fail(string message) => new(CheckResult.Failed, message);

    public static CheckException Skip(string message) => new(CheckResult.Skipped, message);
}
