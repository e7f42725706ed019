using System.Text.Json;
using AlbertNative.Server.Hosting;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.Native;

/// <summary>What writes one result into the object that is open for it.</summary>
internal delegate void NativeResult(Utf8JsonWriter json);

/// <summary><c>POST /api/TASK</c>: every task of the command <c>albert</c>, with its JSON.</summary>
internal static class NativeRoutes
{
    public static void Map(ServerRoutes routes)
    {
        foreach ((string task, NativeTask answer) in NativeTasks.All)
            routes.Post($"/api/{task}", DialectOf.Native, request => AskAsync(routes, request, answer), NativeDocuments.Of(task));
    }

    private static Task AskAsync(ServerRoutes routes, ServerRequest request, NativeTask task) => NativeStream.IsAsked(request.Http)
        ? new NativeStream(routes, request, task).RunAsync()
        : routes.AskAsync(request, ModelOf, (work, body) => AnswerAsync(work, body, task));

    private static string? ModelOf(JsonElement body) => JsonBody.OptionalText(JsonBody.Object(body, "the body"), "model");

    private static async Task AnswerAsync(RequestWork work, JsonElement body, NativeTask task)
    {
        RefuseUnknown(body);
        NativeInputs inputs = NativeInputs.Read(body, work.Request.Options);
        JsonFields options = JsonFields.Of(body, "options");
        Func<Task<IReadOnlyList<NativeResult>>> ask = task(work, inputs, options);
        options.RefuseOthers();
        IReadOnlyList<NativeResult> results = await ask().ConfigureAwait(false);
        await work.Request.AnswerAsync(json => Write(json, work, results)).ConfigureAwait(false);
    }

    private static void RefuseUnknown(JsonElement body)
    {
        JsonFields fields = new(body, "the body");
        _ = fields.Text("model");
        _ = fields.Text("offsets");
        fields.Ignore("inputs", "options");
        fields.RefuseOthers();
    }

    private static void Write(Utf8JsonWriter json, RequestWork work, IReadOnlyList<NativeResult> results)
    {
        RequestTimings timings = work.Request.Timings;
        json.WriteStartObject();
        json.WriteString("model"u8, work.Model.Name);
        json.WriteString("version"u8, work.Model.Version);
        json.WritePropertyName("results"u8);
        json.WriteArray(results, static (writer, result) =>
        {
            writer.WriteStartObject();
            result(writer);
            writer.WriteEndObject();
        });
        json.WriteStartObject("usage"u8);
        json.WriteNumber("texts"u8, timings.Texts);
        json.WriteNumber("tokens"u8, timings.Tokens);
        json.WriteNumber("truncated"u8, timings.Truncated);
        json.WriteEndObject();
        json.WriteStartObject("timing"u8);
        json.WriteNumber("queue_ms"u8, Math.Round(timings.Queue.TotalMilliseconds, 2));
        json.WriteNumber("compute_ms"u8, Math.Round(timings.Inference.TotalMilliseconds, 2));
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
