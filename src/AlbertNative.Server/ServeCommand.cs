using System.Collections;
using System.CommandLine;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Hosting;

namespace AlbertNative.Server;

/// <summary>The program <c>albert-serve</c>.</summary>
internal static partial class ServeCommand
{
    private const int BadInput = 1;
    private const int Usage = 2;

    /// <summary>Serves until a signal ends it.</summary>
    /// <returns>0 after a drain; 1 where a file or a model cannot be used; 2 where the settings make no sense.</returns>
    public static Task<int> RunAsync(string[] arguments)
    {
        Dictionary<Setting, Option<string[]>> flags = Settings.All.Where(setting => !setting.IsSecret).ToDictionary(setting => setting, FlagOf);
        Option<FileInfo?> config = new("--config") { Description = "A JSON file of these settings, by their names", HelpName = "FILE" };
        Option<bool> print = new("--print-config") { Description = "Show every setting and where it comes from, and end" };
        Option<bool> check = new("--check-health") { Description = "Ask the running server of these settings whether it is ready, and end: with 0 where it is, else with 1" };
        RootCommand command = new("Serve ALBERT and BERT models over HTTP.") { config, print, check };
        foreach (Option flag in flags.Values)
            command.Add(flag);
        if (Refused(arguments) is string refused)
        {
            Console.Error.WriteLine($"albert-serve: {refused}");
            return Task.FromResult(Usage);
        }
        command.SetAction((parsed, _) => StartAsync(parsed, flags, parsed.GetValue(config), parsed.GetValue(print), parsed.GetValue(check)));
        return command.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null })
            .InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    /// <summary>What there is instead of an argument that other servers take; null where there is none such.</summary>
    private static string? Refused(string[] arguments) => arguments
        .Where(argument => argument.StartsWith("--", StringComparison.Ordinal))
        .Select(argument => argument[2..].Split('=')[0])
        .Select(name => RefusedSettings.ReasonOf(name) is string reason ? $"there is no --{name}: {reason}" : null)
        .FirstOrDefault(reason => reason is not null);

    private static Option<string[]> FlagOf(Setting setting) => new($"--{setting.Name}")
    {
        Description = setting.Description,
        HelpName = setting.Value,
        Arity = setting.Value is null ? ArgumentArity.ZeroOrOne : ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private static async Task<int> StartAsync(
        ParseResult parsed, Dictionary<Setting, Option<string[]>> flags, FileInfo? config, bool print, bool check)
    {
        OptionsReader reader;
        ServerOptions options;
        try
        {
            reader = Read(parsed, flags, config);
            options = reader.Build();
            if (print)
            {
                foreach (Setting setting in Settings.All)
                    await Console.Out.WriteLineAsync($"{setting.Name} = {setting.Show(options)}  ({reader.SourceOf(setting)})").ConfigureAwait(false);
                return 0;
            }
            if (check)
                return await HealthProbe.IsReadyAsync(options).ConfigureAwait(false) ? 0 : BadInput;
        }
        catch (FormatException e)
        {
            await Console.Error.WriteLineAsync($"albert-serve: {e.Message}").ConfigureAwait(false);
            return Usage;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"albert-serve: {e.Message}").ConfigureAwait(false);
            return BadInput;
        }
        return await ServeAsync(options, reader.Notes, () => Read(parsed, flags, config).Build()).ConfigureAwait(false);
    }

    /// <summary>What file, environment and command line say.</summary>
    private static OptionsReader Read(ParseResult parsed, Dictionary<Setting, Option<string[]>> flags, FileInfo? config)
    {
        OptionsReader reader = new();
        if ((config?.FullName ?? Environment.GetEnvironmentVariable("ALBERT_CONFIG")) is string file)
            reader.ReadFile(file);
        Dictionary<string, string> variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "", StringComparer.Ordinal);
        reader.ReadEnvironment(variables);
        foreach ((Setting setting, Option<string[]> flag) in flags)
        {
            if (parsed.GetResult(flag) is { Implicit: false })
                reader.SetFromCommandLine(setting, parsed.GetValue(flag) is { Length: > 0 } values ? values : [""]);
        }
        reader.ReadPlatforms(variables);
        return reader;
    }

    private static async Task<int> ServeAsync(ServerOptions options, IReadOnlyList<string> notes, Func<ServerOptions> read)
    {
        try
        {
            await using WebApplication app = AlbertServer.Build(options, read);
            ILogger logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("albert-serve");
            foreach (string note in notes)
                LogNote(logger, note);
            ModelLoading loading = app.Services.GetRequiredService<ModelLoading>();
            await app.StartAsync().ConfigureAwait(false);
            LogListening(logger, string.Join(" and ", app.Urls), options.Models.Length);
            if (!System.Net.IPAddress.IsLoopback(options.Http.Address) && options.ApiKey is null && options.ApiKeys is null)
                LogOpen(logger);
            DrainLifetime drain = (DrainLifetime)app.Services.GetRequiredService<IHostLifetime>();
            await drain.Stopping.ConfigureAwait(false);
            await app.StopAsync(drain.Hurry).ConfigureAwait(false);
            return loading.Failure is null ? 0 : BadInput;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"albert-serve: {e.Message}").ConfigureAwait(false);
            return BadInput;
        }
    }

    [LoggerMessage(LogLevel.Information, "listening on {Addresses}, loading {Models} models")]
    private static partial void LogListening(ILogger logger, string addresses, int models);

    [LoggerMessage(LogLevel.Warning, "{Note}")]
    private static partial void LogNote(ILogger logger, string note);

    [LoggerMessage(LogLevel.Warning, "the address is open to the network and no key is needed")]
    private static partial void LogOpen(ILogger logger);
}
