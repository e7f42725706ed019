namespace AlbertNative.Server.Requests;

/// <summary>Reading or writing has shown that a request's client has gone: sooner, at times, than the framework says so.</summary>
/// <param name="cause">What has shown it; null where nothing was thrown.</param>
internal sealed class ClientGoneException(Exception? cause = null) : OperationCanceledException("the client has gone", cause);
