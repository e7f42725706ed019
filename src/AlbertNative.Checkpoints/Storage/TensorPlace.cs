namespace AlbertNative.Checkpoints;

/// <summary>Where a tensor's elements lie and in which order they are read: the same place shows the same elements.</summary>
internal readonly record struct TensorPlace(object Storage, long Offset, TensorType Type, string Order);
