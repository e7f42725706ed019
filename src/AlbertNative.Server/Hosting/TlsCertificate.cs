using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AlbertNative.Server.Configuration;

namespace AlbertNative.Server.Hosting;

/// <summary>
/// The certificate that the server shows: PEM files, which are read again when they have changed. Where the new ones cannot be
/// used the old ones go on.
/// </summary>
internal sealed partial class TlsCertificate
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly string _certificate;
    private readonly string _key;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private SslStreamCertificateContext _context;
    private (DateTime, DateTime) _stamp;
    private long _looked;

    private TlsCertificate(string certificate, string key, TimeProvider time, ILogger logger)
    {
        _certificate = certificate;
        _key = key;
        _time = time;
        _logger = logger;
        _stamp = Stamp();
        _context = Read();
        _looked = time.GetTimestamp();
    }

    /// <summary>The certificate of the options; null where they name none.</summary>
    /// <exception cref="FormatException">The files are no certificate and its key.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static TlsCertificate? Of(ServerOptions options, TimeProvider time, ILogger logger) =>
        options.TlsCertificate is string certificate ? new TlsCertificate(certificate, options.TlsKey ?? certificate, time, logger) : null;

    /// <summary>The certificate as its files have it now, looked at once a second at most, with those that it was signed by.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            lock (_gate)
            {
                if (_time.GetElapsedTime(_looked) >= LookEvery)
                    Look();
                return _context;
            }
        }
    }

    private void Look()
    {
        _looked = _time.GetTimestamp();
        try
        {
            (DateTime, DateTime) stamp = Stamp();
            if (stamp == _stamp)
                return;
            // Remembered before it is read: what cannot be used is complained of once.
            _stamp = stamp;
            _context = Read();
            LogRead(_logger);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            LogRefused(_logger, e.Message);
        }
    }

    private (DateTime, DateTime) Stamp() => (File.GetLastWriteTimeUtc(_certificate), File.GetLastWriteTimeUtc(_key));

    private SslStreamCertificateContext Read()
    {
        try
        {
            X509Certificate2Collection chain = [];
            chain.ImportFromPemFile(_certificate);
            using X509Certificate2 own = X509Certificate2.CreateFromPemFile(_certificate, _key);
            // Windows' TLS does not take keys that are in memory alone.
            X509Certificate2 usable = OperatingSystem.IsWindows()
                ? X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null)
                : new X509Certificate2(own);
            return SslStreamCertificateContext.Create(usable, [.. chain.Skip(1)], offline: true);
        }
        catch (CryptographicException e)
        {
            throw new FormatException($"{_certificate}: no certificate in PEM, or {_key} has not its key ({e.Message})", e);
        }
    }

    [LoggerMessage(LogLevel.Information, "the certificate was read")]
    private static partial void LogRead(ILogger logger);

    [LoggerMessage(LogLevel.Error, "the certificate was not taken, the old one goes on: {Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);
}
