namespace AlbertNative.Annotations;

/// <summary>How a sentence's vector is made of its tokens'.</summary>
public enum PoolingStrategy
{
    /// <summary>Their mean.</summary>
    Average,

    /// <summary>Their sum.</summary>
    Sum,
}
