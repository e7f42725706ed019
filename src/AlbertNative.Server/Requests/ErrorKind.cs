namespace AlbertNative.Server.Requests;

/// <summary>Why a request is refused; each dialect has its own status and name for it.</summary>
internal enum ErrorKind
{
    /// <summary>The body is not JSON, not UTF-8, nested too deeply, or names a field twice.</summary>
    Malformed,

    /// <summary>A field is missing or of the wrong type.</summary>
    WrongType,

    /// <summary>A value that cannot be met.</summary>
    Invalid,

    /// <summary>The body is not said to be JSON.</summary>
    ContentType,

    /// <summary>The body has too many bytes.</summary>
    BodyTooLarge,

    /// <summary>There is no text.</summary>
    Empty,

    /// <summary>A text has more tokens than the model takes.</summary>
    TextTooLong,

    /// <summary>The request has too many texts or tokens, or its answer too many bytes.</summary>
    TooMuch,

    /// <summary>The model has no head for the task.</summary>
    NoSuchTask,

    /// <summary>No model of the name is served.</summary>
    NoSuchModel,

    /// <summary>There is no such route.</summary>
    NoSuchRoute,

    /// <summary>The route does not take the method.</summary>
    Method,

    /// <summary>No key, or a wrong one.</summary>
    Unauthorized,

    /// <summary>The key may not use the model.</summary>
    Forbidden,

    /// <summary>More work is waiting than can be taken.</summary>
    Overloaded,

    /// <summary>The client's quota is used up.</summary>
    Quota,

    /// <summary>No model can answer yet, or not any more.</summary>
    NotReady,

    /// <summary>The request's time is over.</summary>
    Deadline,

    /// <summary>A fault of the server.</summary>
    Internal,
}
