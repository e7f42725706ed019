using System.CommandLine;

namespace AlbertNative.Cli;

/// <summary>Bounds of options that are numbers.</summary>
internal static class NumberOptions
{
    /// <summary>Refuses values below <paramref name="least"/> as a usage error.</summary>
    public static Option<T> AtLeast<T>(this Option<T> option, int least)
    {
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() < least)
                result.AddError($"{option.Name}: expected at least {least}, found {result.GetValueOrDefault<int?>()}");
        });
        return option;
    }
}
