using System.Text.Json;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Hosting;
using AlbertNative.Server.Models;

namespace AlbertNative.Server.Dialects.Tei;

/// <summary><c>/info</c>: text-embeddings-inference's keys with true values, and what else there is to know.</summary>
internal static class TeiInfo
{
    public static void Write(Utf8JsonWriter json, ServedModel model, IReadOnlyList<ServedModel> all, ServerOptions options)
    {
        json.WriteStartObject();
        json.WriteString("model_id"u8, model.Model.Transformer.Name);
        json.WriteNull("model_sha"u8);
        json.WriteString("model_dtype"u8, model.Model.Transformer.Precision.ToString().ToLowerInvariant());
        json.WriteString("served_model_name"u8, model.Name);
        json.WritePropertyName("model_type"u8);
        WriteType(json, model);
        json.WriteNumber("max_concurrent_requests"u8, options.MaxConnections);
        json.WriteNumber("max_input_length"u8, model.MaxLength);
        json.WriteNumber("max_batch_tokens"u8, options.MaxRequestTokens);
        json.WriteNull("max_batch_requests"u8);
        json.WriteNumber("max_client_batch_size"u8, options.MaxClientBatchSize);
        json.WriteBoolean("auto_truncate"u8, options.Overlong == Overlong.Truncate);
        json.WriteNumber("tokenization_workers"u8, Environment.ProcessorCount);
        json.WriteString("version"u8, ServerVersion.Text);
        json.WriteNull("sha"u8);
        json.WriteNull("docker_label"u8);
        WriteArray(json, "tasks"u8, model.Tasks.Select(task => task.Name));
        WriteArray(json, "models"u8, all.Select(served => served.Name));
        json.WriteString("model_version"u8, model.Version);
        json.WriteString("model_sha256"u8, model.Served.Sha256);
        json.WriteNumber("model_memory_bytes"u8, model.Served.MemoryBytes);
        json.WriteNumber("threads"u8, model.Model.Transformer.Threads);
        json.WriteNumber("vector_width"u8, Serving.ServedModel.VectorWidth);
        json.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter json, ServedModel model)
    {
        json.WriteStartObject();
        json.WriteStartObject(model.Kind switch
        {
            ModelKind.Classifier => "classifier"u8,
            ModelKind.Reranker => "reranker"u8,
            _ => "embedding"u8,
        });
        if (model.Kind == ModelKind.Embedding)
        {
            json.WriteString("pooling"u8, model.IsSplade ? ModelSpec.Splade : model.PoolingName);
        }
        else
        {
            json.WriteStartObject("id2label"u8);
            for (int label = 0; label < model.Model.Config.Labels.Length; label++)
                json.WriteString(label.ToString(System.Globalization.CultureInfo.InvariantCulture), model.Model.Config.Labels[label]);
            json.WriteEndObject();
            json.WriteStartObject("label2id"u8);
            for (int label = 0; label < model.Model.Config.Labels.Length; label++)
                json.WriteNumber(model.Model.Config.Labels[label], label);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteArray(Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
