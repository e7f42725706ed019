namespace AlbertNative.Tokenization.Unicode;

/// <summary>
/// General_Category, the Unicode Standard's main classification (UAX #44, table 12); members bear its two-letter names.
/// The numbers are those of the generated tables.
/// </summary>
internal enum GeneralCategory : byte
{
    /// <summary>Unassigned; also what a later version assigned, seen from an earlier one.</summary>
    Cn,

    /// <summary>Uppercase letter.</summary>
    Lu,

    /// <summary>Lowercase letter.</summary>
    Ll,

    /// <summary>Titlecase letter.</summary>
    Lt,

    /// <summary>Modifier letter.</summary>
    Lm,

    /// <summary>Other letter.</summary>
    Lo,

    /// <summary>Non-spacing mark.</summary>
    Mn,

    /// <summary>Spacing mark.</summary>
    Mc,

    /// <summary>Enclosing mark.</summary>
    Me,

    /// <summary>Decimal number.</summary>
    Nd,

    /// <summary>Letter number.</summary>
    Nl,

    /// <summary>Other number.</summary>
    No,

    /// <summary>Connector punctuation.</summary>
    Pc,

    /// <summary>Dash punctuation.</summary>
    Pd,

    /// <summary>Open punctuation.</summary>
    Ps,

    /// <summary>Close punctuation.</summary>
    Pe,

    /// <summary>Initial punctuation.</summary>
    Pi,

    /// <summary>Final punctuation.</summary>
    Pf,

    /// <summary>Other punctuation.</summary>
    Po,

    /// <summary>Math symbol.</summary>
    Sm,

    /// <summary>Currency symbol.</summary>
    Sc,

    /// <summary>Modifier symbol.</summary>
    Sk,

    /// <summary>Other symbol.</summary>
    So,

    /// <summary>Space separator.</summary>
    Zs,

    /// <summary>Line separator.</summary>
    Zl,

    /// <summary>Paragraph separator.</summary>
    Zp,

    /// <summary>Control.</summary>
    Cc,

    /// <summary>Format.</summary>
    Cf,

    /// <summary>Surrogate.</summary>
    Cs,

    /// <summary>Private use.</summary>
    Co,
}
