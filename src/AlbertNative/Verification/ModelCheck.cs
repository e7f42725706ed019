namespace AlbertNative;

/// <summary>What came of a check.</summary>
public enum CheckResult
{
    /// <summary>It holds.</summary>
    Passed,

    /// <summary>It does not hold.</summary>
    Failed,

    /// <summary>It has no meaning for this model, or needs what an earlier check did not find.</summary>
    Skipped,
}

/// <summary>One check of a model.</summary>
/// <param name="Name">Its name, one word.</param>
/// <param name="Result">What came of it.</param>
/// <param name="Detail">What was found, or why the check was skipped.</param>
public sealed record ModelCheck(string Name, CheckResult Result, string Detail);
