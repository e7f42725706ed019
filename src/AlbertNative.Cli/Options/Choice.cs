using System.CommandLine;
using System.CommandLine.Parsing;

namespace AlbertNative.Cli;

/// <summary>Options whose value is one of a few words.</summary>
internal static class Choice
{
    /// <summary>
    /// An option with the words of <paramref name="values"/>; where it is absent its value is the default of
    /// <typeparamref name="T"/>.
    /// </summary>
    public static Option<T> Of<T>(string name, string description, params (string Word, T Value)[] values) => Of([name], description, values);

    /// <summary>As <see cref="Of{T}(string, string, ValueTuple{string, T}[])"/>, with further names after the first.</summary>
    public static Option<T> Of<T>(string[] names, string description, params (string Word, T Value)[] values)
    {
        string name = names[0], words = string.Join('|', Array.ConvertAll(values, value => value.Word));
        return new(name, names[1..])
        {
            Description = description,
            HelpName = words,
            CustomParser = argument => Parse(argument, name, words, values),
        };
    }

    private static T? Parse<T>(ArgumentResult argument, string name, string words, (string Word, T Value)[] values)
    {
        string word = argument.Tokens[0].Value;
        foreach ((string known, T value) in values)
        {
            if (known == word)
                return value;
        }
        argument.AddError($"{name}: expected {words}, found \"{word}\"");
        return default;
    }
}
