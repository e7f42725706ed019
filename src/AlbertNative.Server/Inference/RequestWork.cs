using System.Diagnostics;
using AlbertNative.Server.Requests;
using AlbertNative.Server.Telemetry;
using AlbertNative.Serving;
using AlbertNative.Tokenization;
using ServedModel = AlbertNative.Server.Models.ServedModel;

namespace AlbertNative.Server.Inference;

/// <summary>One request's inputs from its texts to their results: encoded on the request's thread within its limits, then computed.</summary>
internal sealed class RequestWork(ServerRequest request, ServedModel model, ScheduledInference inference)
{
    /// <summary>The model.</summary>
    public ServedModel Model => model;

    /// <summary>The request.</summary>
    public ServerRequest Request => request;

    /// <summary>Encodes inputs and computes them.</summary>
    /// <param name="operation">What is done.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="field">What the request calls them.</param>
    /// <param name="answerBytes">About the bytes of the answer, by the inputs' tokens.</param>
    /// <param name="indices">The inputs' places in the request; null where they are all there are.</param>
    /// <exception cref="RequestException">An input cannot be taken, or there are too many tokens.</exception>
    public async Task<IReadOnlyList<TResult>> RunAsync<TInput, TResult>(
        TaskOperation<TInput, TResult> operation, IReadOnlyList<TInput> inputs, string field, Func<long, long> answerBytes,
        IReadOnlyList<int>? indices = null)
    {
        if (inputs.Count == 0)
            return [];
        request.Task = TaskNames.Of(operation.Task);
        EncodedInput<TInput>[] encoded = Encode(operation, inputs, field, indices);
        if (answerBytes(encoded.Sum(input => (long)input.TokenCount)) > request.Options.MaxResponseBytes)
        {
            throw new RequestException(
                ErrorKind.TooMuch, $"the answer would have more than {request.Options.MaxResponseBytes} bytes; ask for fewer texts at a time", field);
        }
        return await inference.RunAsync(request, model, operation, encoded).ConfigureAwait(false);
    }

    /// <summary>As the other, for answers that are small beside their texts.</summary>
    /// <exception cref="RequestException">An input cannot be taken, or there are too many tokens.</exception>
    public Task<IReadOnlyList<TResult>> RunAsync<TInput, TResult>(
        TaskOperation<TInput, TResult> operation, IReadOnlyList<TInput> inputs, string field) =>
        RunAsync(operation, inputs, field, static tokens => tokens);

    /// <summary>Tokenizes texts, uncut, which counts against the client's quotas as what a model computes does.</summary>
    /// <exception cref="RequestException">A quota is used up.</exception>
    public async Task<Encoding[]> TokenizeAsync(IReadOnlyList<string> texts, bool addSpecialTokens)
    {
        request.Task = TaskNames.Tokenize;
        EncodeOptions options = EncodeOptions.Default with { AddSpecialTokens = addSpecialTokens };
        Encoding[] encodings = [.. texts.Select(text => model.Model.Tokenizer.Encode(text, options, request.Cancellation))];
        int tokens = encodings.Sum(encoding => encoding.Count);
        request.Timings.Texts += encodings.Length;
        request.Timings.Tokens += tokens;
        await inference.ChargeAsync(request, tokens).ConfigureAwait(false);
        return encodings;
    }

    /// <summary>The texts of ids, which count against the client's quotas as what a model computes does.</summary>
    /// <exception cref="RequestException">A quota is used up.</exception>
    public async Task<string[]> DecodeAsync(int[][] texts, bool skipSpecialTokens)
    {
        request.Task = TaskNames.Decode;
        await inference.ChargeAsync(request, texts.Sum(ids => ids.Length)).ConfigureAwait(false);
        return Array.ConvertAll(texts, ids => model.Model.Tokenizer.Decode(ids, skipSpecialTokens));
    }

    private EncodedInput<TInput>[] Encode<TInput, TResult>(
        TaskOperation<TInput, TResult> operation, IReadOnlyList<TInput> inputs, string field, IReadOnlyList<int>? indices)
    {
        using Activity? span = ServingTelemetry.Source.StartActivity("albert.tokenize");
        long started = Stopwatch.GetTimestamp();
        EncodedInput<TInput>[] encoded = new EncodedInput<TInput>[inputs.Count];
        for (int i = 0; i < encoded.Length; i++)
        {
            request.Cancellation.ThrowIfCancellationRequested();
            encoded[i] = EncodeOne(operation, inputs[i], inputs.Count == 1 && indices is null ? field : $"{field}[{indices?[i] ?? i}]");
            request.Timings.Tokens += encoded[i].TokenCount;
            if (encoded[i].IsTruncated)
                request.Timings.Cut(indices?[i] ?? i);
            if (request.Timings.Tokens > request.Options.MaxRequestTokens)
            {
                throw new RequestException(
                    ErrorKind.TooMuch, $"the request has more than {request.Options.MaxRequestTokens} tokens", field);
            }
        }
        request.Timings.Texts += encoded.Length;
        request.Timings.Tokenization += Stopwatch.GetElapsedTime(started);
        return encoded;
    }

    private static EncodedInput<TInput> EncodeOne<TInput, TResult>(TaskOperation<TInput, TResult> operation, TInput input, string place)
    {
        try
        {
            return operation.Encode(input);
        }
        catch (OverlongTextException e)
        {
            throw new RequestException(
                ErrorKind.TextTooLong, $"`{place}` has {e.TokenCount} tokens, the model takes at most {e.MaxLength}", place);
        }
        catch (ArgumentException e)
        {
            // Encoders' messages have numbers and the names of special tokens, nothing of a text.
            string reason = e.ParamName is string name ? e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : e.Message;
            throw new RequestException(ErrorKind.Invalid, $"`{place}`: {reason}", place);
        }
    }
}
