namespace AlbertNative.Annotations;

/// <summary>How a stage is called.</summary>
/// <param name="IsLight">Whether by a <see cref="LightPipeline"/>, in which documents have no metadata.</param>
/// <param name="CancellationToken">Stops it.</param>
internal readonly record struct StageCall(bool IsLight, CancellationToken CancellationToken);
