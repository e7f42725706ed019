using System.Text.Json;
using System.Text.Json.Serialization;
using AlbertNative;
using Microsoft.AspNetCore.Mvc;

namespace WebApi;

internal sealed record EmbedRequest(string[] Texts);

internal sealed record EmbedResponse(ReadOnlyMemory<float>[] Vectors, long Tokens);

internal sealed record FillMaskRequest(string Text, int TopK = 5);

internal sealed record TagRequest(string Text);

internal sealed record TaggedWord(string Word, string Label, float Score);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(EmbedRequest))]
[JsonSerializable(typeof(EmbedResponse))]
[JsonSerializable(typeof(FillMaskRequest))]
[JsonSerializable(typeof(IReadOnlyList<IReadOnlyList<MaskFill>>))]
[JsonSerializable(typeof(TagRequest))]
[JsonSerializable(typeof(TaggedWord[]))]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class ApiJson : JsonSerializerContext;
