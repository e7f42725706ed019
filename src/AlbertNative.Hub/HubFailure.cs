namespace AlbertNative.Hub;

/// <summary>Why a model could not be fetched or found; see <see cref="HubException.Failure"/>.</summary>
public enum HubFailure
{
    /// <summary>The hub has no such model, or it is private and invisible to the caller.</summary>
    RepositoryNotFound,

    /// <summary>The model exists, the branch, tag or commit does not.</summary>
    RevisionNotFound,

    /// <summary>The model lacks a file that it needs (its configuration, its weights, a listed shard).</summary>
    FileNotFound,

    /// <summary>The model's authors ask for their terms to be accepted first.</summary>
    Gated,

    /// <summary>The token is missing, invalid or not allowed to read the model.</summary>
    Unauthorized,

    /// <summary>Offline mode is on and the cache does not hold the model.</summary>
    Offline,

    /// <summary>The hub asked to be left alone for longer than the client waits.</summary>
    RateLimited,

    /// <summary>The hub, or the storage it points to, answered with an error of its own.</summary>
    ServerError,

    /// <summary>No connection, no answer in time, or an answer that kept being cut.</summary>
    Network,

    /// <summary>The disk that holds the cache is full.</summary>
    NoSpace,

    /// <summary>The cache cannot be read or written (permissions, a read-only disk, a file in the way).</summary>
    Storage,

    /// <summary>What arrived does not have the hash or the size that the hub announced; it has been deleted.</summary>
    HashMismatch,

    /// <summary>The answer is not one a hub gives: broken JSON, unsafe file names, missing headers.</summary>
    InvalidResponse,

    /// <summary>A file is larger than any of its kind is, or than <see cref="HubOptions.MaxUnannouncedSize"/>; what arrived of it has been deleted.</summary>
    TooLarge,

    /// <summary>The model is neither an ALBERT nor a BERT; its weights were not fetched.</summary>
    UnsupportedModel,
}
