namespace AlbertNative.Tokenization.Unicode;

/// <summary>The four normalization forms (UAX #15).</summary>
internal enum NormalizationForm
{
    /// <summary>Canonical decomposition.</summary>
    Nfd,

    /// <summary>Compatibility decomposition.</summary>
    Nfkd,

    /// <summary>Canonical decomposition, then composition.</summary>
    Nfc,

    /// <summary>Compatibility decomposition, then canonical composition.</summary>
    Nfkc,
}
