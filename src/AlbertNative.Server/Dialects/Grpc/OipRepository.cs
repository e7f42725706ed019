using System.Net;
using AlbertNative.Server.Access;
using AlbertNative.Server.Dialects.Grpc.Oip;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;
using Grpc.Core;

namespace AlbertNative.Server.Dialects.Grpc;

/// <summary>The repository's calls: which models there are, loading one anew, serving one no more. For administrators, as over HTTP.</summary>
internal sealed class OipRepository(GrpcCalls calls, ApiKeys keys, ModelCatalog catalog, ServedModels models, ModelUpdates updates)
{
    private const string Sha256 = "sha256";

    /// <summary>How the models stand.</summary>
    /// <exception cref="RpcException">The client is no administrator.</exception>
    public Task<RepositoryIndexResponse> IndexAsync(RepositoryIndexRequest message, ServerCallContext context) => RunAsync(context, _ =>
    {
        RepositoryIndexResponse response = new();
        response.Models.AddRange(IndexedModel.Of(catalog, models, message.Ready).Select(model => new RepositoryIndexResponse.Types.ModelIndex
        {
            Name = model.Name,
            Version = model.Version,
            State = model.State,
            Reason = model.Reason,
        }));
        return Task.FromResult(response);
    });

    /// <summary>Loads a model, or its files anew.</summary>
    /// <exception cref="RpcException">The client is no administrator, or the model cannot be loaded: what was served goes on.</exception>
    public Task<RepositoryModelLoadResponse> LoadAsync(RepositoryModelLoadRequest message, ServerCallContext context) => RunAsync(context, async request =>
    {
        // Another configuration or files in the request would be ignored: better refused.
        if (message.Parameters.Any(parameter => parameter.Key != Sha256))
            throw new RequestException(ErrorKind.Invalid, $"`parameters` may have {Sha256} alone", "parameters");
        ServedModel model = await updates.LoadAsync(
            NameOf(message.ModelName, message.RepositoryName), HashOf(message), request.Cancellation).ConfigureAwait(false);
        return new RepositoryModelLoadResponse { ModelName = model.Name, IsLoaded = true };
    });

    /// <summary>Serves a model no more. Nothing depends on another model, so that Triton's parameter for that says nothing.</summary>
    /// <exception cref="RpcException">The client is no administrator, or the model is not served.</exception>
    public Task<RepositoryModelUnloadResponse> UnloadAsync(RepositoryModelUnloadRequest message, ServerCallContext context) => RunAsync(context, async request =>
    {
        string name = NameOf(message.ModelName, message.RepositoryName);
        await updates.UnloadAsync(name, request.Cancellation).ConfigureAwait(false);
        return new RepositoryModelUnloadResponse { ModelName = name, IsUnloaded = true };
    });

    private Task<T> RunAsync<T>(ServerCallContext context, Func<ServerRequest, Task<T>> answer) => calls.RunAsync(context, request =>
    {
        IPEndPoint listening = request.Options.Grpc ?? request.Options.Http;
        Administrators.Require(request, keys, listening.Address);
        return answer(request);
    });

    // KServe's clients have the model's name where Triton's have the repository's, of which there is but one.
    private static string NameOf(string model, string repository) => model.Length > 0 ? model : repository;

    private static string? HashOf(RepositoryModelLoadRequest message)
    {
        if (!message.Parameters.TryGetValue(Sha256, out ModelRepositoryParameter? hash))
            return null;
        return hash.ParameterChoiceCase == ModelRepositoryParameter.ParameterChoiceOneofCase.StringParam
            ? hash.StringParam
            : throw new RequestException(ErrorKind.WrongType, $"`parameters.{Sha256}` must be a string", $"parameters.{Sha256}");
    }
}
