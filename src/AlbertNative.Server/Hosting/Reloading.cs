using System.Runtime.InteropServices;
using AlbertNative.Server.Access;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Models;
using AlbertNative.Serving;

namespace AlbertNative.Server.Hosting;

/// <summary>
/// Follows what changes outside: the file of keys, with <c>--watch</c> the models' files, and at SIGHUP the settings that can
/// change while the server runs, which are the models' and the keys'.
/// </summary>
internal sealed partial class Reloading(
    ServedModels models, ModelUpdates updates, ApiKeys keys, SettingsSource settings, ServerOptions options, TimeProvider time, ILogger<Reloading> logger)
    : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private static readonly string[] Changeable = ["model", "model-repository", "default-model", "alias", "api-keys"];

    private readonly SemaphoreSlim _hangUps = new(0);
    private readonly ServerOptions _first = options;
    private ServerOptions _current = options;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Elsewhere the signal says that a window is being closed.
        using PosixSignalRegistration? signal = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);
        string? seen = KeysStamp();
        try
        {
            await models.Loaded.WaitAsync(stoppingToken).ConfigureAwait(false);
            while (true)
            {
                // The clock's own delay beside the signal: whichever comes first.
                using CancellationTokenSource tick = new(LookEvery, time);
                using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(tick.Token, stoppingToken);
                if (await SignalledAsync(either.Token).ConfigureAwait(false))
                {
                    await ReloadAsync(stoppingToken).ConfigureAwait(false);
                    seen = KeysStamp();
                    continue;
                }
                stoppingToken.ThrowIfCancellationRequested();
                if (KeysStamp() is string stamp && stamp != seen && TryReplaceKeys())
                    seen = stamp;
                if (_first.Watch)
                    await updates.LookAsync(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server ends.
        }
        catch (Exception) when (models.Loaded.IsFaulted)
        {
            // It ends for want of a model, which is said elsewhere.
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _hangUps.Dispose();
    }

    private async Task<bool> SignalledAsync(CancellationToken cancellation)
    {
        try
        {
            await _hangUps.WaitAsync(cancellation).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _hangUps.Release();
    }

    private async Task ReloadAsync(CancellationToken cancellation)
    {
        try
        {
            ServerOptions read = settings.Read();
            string[] others =
            [
                .. Settings.All.Where(setting => !Changeable.Contains(setting.Name) && setting.Show(read) != setting.Show(_first))
                    .Select(setting => setting.Name),
            ];
            if (others.Length > 0)
                LogRestart(logger, string.Join(", ", others));
            _current = read;
            if (TryReplaceKeys())
                await updates.ReplaceAsync(read, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            LogRefused(logger, e.Message);
        }
    }

    private bool TryReplaceKeys()
    {
        try
        {
            keys.Replace(_current);
            LogKeys(logger);
            return true;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            LogRefused(logger, e.Message);
            return false;
        }
    }

    private string? KeysStamp() => _current.ApiKeys is string path ? ModelRegistry.StampOf(path) : null;

    [LoggerMessage(LogLevel.Information, "the keys were read")]
    private static partial void LogKeys(ILogger logger);

    [LoggerMessage(LogLevel.Error, "the settings were not taken, the old ones go on: {Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "these settings have changed and need a restart: {Settings}")]
    private static partial void LogRestart(ILogger logger, string settings);
}
