using AlbertNative.Server.Dialects.Grpc.Oip;
using AlbertNative.Server.Dialects.OpenInference;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;
using AlbertNative.Server.Telemetry;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace AlbertNative.Server.Dialects.Grpc;

/// <summary>The Open Inference Protocol's messages, from and to what they say.</summary>
internal static class OipMessages
{
    /// <summary>Reads a request, whose inputs have their elements in either form.</summary>
    /// <exception cref="RequestException">It is malformed.</exception>
    public static InferRequest Read(ModelInferRequest message)
    {
        bool isRaw = message.RawInputContents.Count > 0;
        if (isRaw && message.RawInputContents.Count != message.Inputs.Count)
        {
            throw new RequestException(
                ErrorKind.Invalid, $"there are {message.RawInputContents.Count} `raw_input_contents` for {message.Inputs.Count} inputs", "raw_input_contents");
        }
        return new InferRequest
        {
            Id = message.Id.Length > 0 ? message.Id : null,
            Parameters = Parameters(message.Parameters, "parameters"),
            Inputs = [.. message.Inputs.Select((input, i) => Input(input, isRaw ? message.RawInputContents[i] : null, $"inputs[{i}]"))],
            Outputs = [.. message.Outputs.Select((output, i) => Output(output, $"outputs[{i}]"))],
        };
    }

    /// <summary>An answer: its tensors are always raw, as Triton's are.</summary>
    /// <exception cref="NotFiniteNumberException">A tensor has what is no number.</exception>
    public static ModelInferResponse Write(RequestWork work, InferRequest request, IReadOnlyList<InferTensor> outputs)
    {
        InferAnswer.RequireFinite(outputs);
        ModelInferResponse response = new() { ModelName = work.Model.Name, ModelVersion = work.Model.Version, Id = request.Id ?? "" };
        foreach (InferTensor output in outputs)
        {
            ModelInferResponse.Types.InferOutputTensor tensor = new() { Name = output.Name, Datatype = output.Datatype };
            tensor.Shape.AddRange(output.Shape);
            if (output.ContentType is string type)
                tensor.Parameters["content_type"] = new InferParameter { StringParam = type };
            response.Outputs.Add(tensor);
            using PooledBuffer bytes = new();
            TensorBytes.Write(output.Elements, bytes);
            response.RawOutputContents.Add(ByteString.CopyFrom(bytes.Written.Span));
        }
        return response;
    }

    /// <summary>What a model takes and gives.</summary>
    public static ModelMetadataResponse MetadataOf(ServedModel model)
    {
        ModelMetadataResponse response = new() { Name = model.Name, Versions = { model.Version }, Platform = InferMetadata.PlatformOf(model) };
        response.Inputs.AddRange(InferMetadata.InputsOf(model).Select(Tensor));
        response.Outputs.AddRange(InferMetadata.OutputsOf(model).Select(Tensor));
        return response;
    }

    /// <summary>What a model has done.</summary>
    public static Oip.ModelStatistics StatisticsOf(Telemetry.ModelStatistics statistics)
    {
        StatisticsSnapshot counted = statistics.Snapshot;
        return new Oip.ModelStatistics
        {
            Name = statistics.Name,
            Version = statistics.Version,
            LastInference = (ulong)(counted.Last?.ToUnixTimeMilliseconds() ?? 0),
            InferenceCount = (ulong)counted.Texts,
            ExecutionCount = (ulong)counted.Success.Count,
            InferenceStats = new InferStatistics
            {
                Success = Duration(counted.Success),
                Fail = Duration(counted.Fail),
                Queue = Duration(counted.Queue),
                ComputeInput = Duration(counted.Input),
                ComputeInfer = Duration(counted.Infer),
                ComputeOutput = Duration(counted.Output),
            },
        };
    }

    private static InferTensor Input(ModelInferRequest.Types.InferInputTensor input, ByteString? raw, string path)
    {
        InferJson.RefuseUnsupported(Parameters(input.Parameters, $"{path}.parameters"));
        string datatype = InferDatatype.Checked(input.Datatype, path);
        long[] shape = [.. input.Shape];
        int count = InferDatatype.CountOf(shape, path);
        if (raw is null)
            return new(input.Name, shape, Contents(input.Contents ?? new InferTensorContents(), datatype, count, path));
        if (input.Contents is not null)
            throw new RequestException(ErrorKind.Invalid, $"`{path}.contents` stands beside `raw_input_contents`", path);
        return new(input.Name, shape, TensorBytes.Read(datatype, count, raw.Span, path));
    }

    private static Array Contents(InferTensorContents contents, string datatype, int count, string path)
    {
        Array elements = datatype switch
        {
            InferDatatype.Bytes => contents.BytesContents.Select((text, i) => TensorBytes.Text(text.Span, $"{path}.contents[{i}]")).ToArray(),
            InferDatatype.Int32 => contents.IntContents.ToArray(),
            _ => contents.Int64Contents.ToArray(),
        };
        return elements.Length == count ? elements : throw InferDatatype.WrongCount($"{path}.contents", count, elements.Length);
    }

    private static WantedOutput Output(ModelInferRequest.Types.InferRequestedOutputTensor output, string path)
    {
        InferJson.RefuseUnsupported(Parameters(output.Parameters, $"{path}.parameters"));
        return new(output.Name, IsBinary: null);
    }

    private static InferParameters Parameters(MapField<string, InferParameter> parameters, string path) => new(
        parameters.ToDictionary(parameter => parameter.Key, parameter => ValueOf(parameter.Value)), path);

    private static object ValueOf(InferParameter parameter) => parameter.ParameterChoiceCase switch
    {
        InferParameter.ParameterChoiceOneofCase.BoolParam => parameter.BoolParam,
        InferParameter.ParameterChoiceOneofCase.Int64Param => parameter.Int64Param,
        InferParameter.ParameterChoiceOneofCase.StringParam => parameter.StringParam,
        InferParameter.ParameterChoiceOneofCase.Uint64Param => (long)Math.Min(parameter.Uint64Param, long.MaxValue),
        _ => parameter.ParameterChoiceCase,
    };

    private static ModelMetadataResponse.Types.TensorMetadata Tensor(TensorMetadata metadata)
    {
        ModelMetadataResponse.Types.TensorMetadata tensor = new() { Name = metadata.Name, Datatype = metadata.Datatype };
        tensor.Shape.AddRange(metadata.Shape);
        return tensor;
    }

    private static Oip.StatisticDuration Duration(Telemetry.StatisticDuration duration) =>
        new() { Count = (ulong)duration.Count, Ns = duration.Nanoseconds };
}
