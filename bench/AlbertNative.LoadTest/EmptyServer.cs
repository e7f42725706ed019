using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace AlbertNative.LoadTest;

/// <summary>
/// The least that any server on this framework costs here: sockets as albert-serve has them, a route, and the same answer to every
/// body, when a thread of its own has been busy for as long as a text takes. It knows no text, limit, client, metric or log.
/// </summary>
internal static class EmptyServer
{
    private const int VectorBytes = 512;

    /// <summary>Serves until a signal.</summary>
    /// <param name="busy">How long a request keeps the thread that stands for the engine.</param>
    /// <param name="http">Where it listens.</param>
    public static async Task<int> RunAsync(TimeSpan busy, string http)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPEndPoint.Parse(http), listen => listen.Protocols = HttpProtocols.Http1));
        builder.Services.Configure<SocketTransportOptions>(sockets =>
            (sockets.UnsafePreferInlineScheduling, sockets.WaitForDataBeforeAllocatingBuffer) = (true, false));
        builder.Services.AddRoutingCore();
        await using WebApplication app = builder.Build();
        app.UseRouting();
        using BlockingCollection<TaskCompletionSource> waiting = [];
        Thread engine = new(() => Compute(waiting, busy)) { IsBackground = true, Name = ServerProcess.EnginePrefix };
        engine.Start();
        byte[] answer = [.. "{\"data\":[{\"embedding\":\""u8, .. "AAAA"u8.ToArray().SelectMany(letter => Enumerable.Repeat(letter, VectorBytes / 3)), .. "\"}]}"u8];
        app.MapMethods("/health", [HttpMethods.Get], (RequestDelegate)(static _ => Task.CompletedTask));
        app.MapMethods(LoadClient.PathOf(Wire.OpenAI), [HttpMethods.Post], (RequestDelegate)(http => AnswerAsync(http, waiting, answer)));
        await app.RunAsync();
        return 0;
    }

    private static async Task AnswerAsync(HttpContext http, BlockingCollection<TaskCompletionSource> waiting, byte[] answer)
    {
        while (true)
        {
            System.IO.Pipelines.ReadResult read = await http.Request.BodyReader.ReadAsync();
            http.Request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                break;
        }
        TaskCompletionSource computed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.Add(computed);
        await computed.Task;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = answer.Length;
        await http.Response.BodyWriter.WriteAsync(answer);
    }

    private static void Compute(BlockingCollection<TaskCompletionSource> waiting, TimeSpan busy)
    {
        foreach (TaskCompletionSource request in waiting.GetConsumingEnumerable())
        {
            for (long started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < busy;)
                Thread.SpinWait(100);
            request.SetResult();
        }
    }
}
