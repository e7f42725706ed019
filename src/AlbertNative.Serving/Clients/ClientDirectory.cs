using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace AlbertNative.Serving;

/// <summary>
/// Who a request is from: by its key, or where there are no keys, by its address. The same client is always the same object,
/// for as long as it counts.
/// </summary>
public sealed class ClientDirectory
{
    /// <summary>Addresses that are told apart; who comes when there are more shares a place with others.</summary>
    private const int MostAddresses = 65_536;

    private const int LongestKey = 4096;

    private readonly TimeProvider? _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ServingClient> _addresses = new(StringComparer.Ordinal);
    private Entry[] _keys = [];

    /// <summary>Makes a directory of keys.</summary>
    /// <param name="keys">The keys; none where clients are told apart by their addresses.</param>
    /// <param name="time">The clock of their quotas; null for the system's.</param>
    /// <exception cref="ArgumentException">Two have the same hash, a hash is not of 32 bytes, or a client's options make no sense.</exception>
    public ClientDirectory(IEnumerable<ApiKey> keys, TimeProvider? time = null)
    {
        _time = time;
        Replace(keys);
    }

    /// <summary>True where a key is needed.</summary>
    public bool HasKeys => Volatile.Read(ref _keys).Length > 0;

    /// <summary>The names of all clients with keys: what metrics may be labelled with.</summary>
    public IReadOnlyList<string> Names => [.. Volatile.Read(ref _keys).Select(entry => entry.Client.Name).Distinct()];

    /// <summary>
    /// Puts other keys in the place of those there are. A client whose options are the same goes on with what is left of its
    /// quotas; keys with the same options are one client.
    /// </summary>
    /// <exception cref="ArgumentException">Two have the same hash, a hash is not of 32 bytes, or a client's options make no sense; nothing is changed.</exception>
    public void Replace(IEnumerable<ApiKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        lock (_gate)
        {
            List<ServingClient> clients = [.. _keys.Select(entry => entry.Client)];
            List<Entry> entries = [];
            foreach (ApiKey key in keys)
            {
                if (key.Sha256.Length != SHA256.HashSizeInBytes)
                    throw new ArgumentException($"client {key.Client.Name}: the hash has {key.Sha256.Length} bytes, expected {SHA256.HashSizeInBytes}");
                if (entries.Any(entry => entry.Hash.AsSpan().SequenceEqual(key.Sha256.Span)))
                    throw new ArgumentException($"client {key.Client.Name}: another client has the same key");
                ServingClient? client = clients.Find(client => Same(client.Options, key.Client));
                if (client is null)
                    clients.Add(client = new ServingClient(key.Client, _time));
                entries.Add(new Entry(key.Sha256.ToArray(), client));
            }
            Volatile.Write(ref _keys, [.. entries]);
        }
    }

    /// <summary>
    /// Whose key it is; null for nobody's. Takes as long for any key: all hashes are compared, and each to its end.
    /// </summary>
    public ServingClient? Authenticate(ReadOnlySpan<char> key)
    {
        if (key.IsEmpty || key.Length > LongestKey)
            return null;
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(key.Length));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        int count = Encoding.UTF8.GetBytes(key, bytes);
        SHA256.HashData(bytes.AsSpan(0, count), hash);
        ArrayPool<byte>.Shared.Return(bytes, clearArray: true);
        ServingClient? found = null;
        foreach (Entry entry in Volatile.Read(ref _keys))
        {
            if (CryptographicOperations.FixedTimeEquals(hash, entry.Hash))
                found = entry.Client;
        }
        return found;
    }

    /// <summary>The client behind an address, without quotas.</summary>
    public ServingClient Anonymous(string address)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        lock (_gate)
        {
            if (_addresses.TryGetValue(address, out ServingClient? client))
                return client;
            if (_addresses.Count >= MostAddresses)
                Forget();
            // Where all of them have work, strangers share: memory is bounded, whoever comes.
            string name = _addresses.Count < MostAddresses ? address : "_other";
            if (name != address && _addresses.TryGetValue(name, out client))
                return client;
            client = new ServingClient(new ClientOptions { Name = "anonymous" }, _time);
            _addresses.Add(name, client);
            return client;
        }
    }

    private void Forget()
    {
        foreach ((string address, ServingClient client) in _addresses)
        {
            if (client.Running == 0)
                _addresses.Remove(address);
        }
    }

    private static bool Same(ClientOptions a, ClientOptions b) =>
        a with { Models = null } == b with { Models = null }
        && (a.Models is null ? b.Models is null : b.Models is not null && a.Models.SetEquals(b.Models));

    private sealed record Entry(byte[] Hash, ServingClient Client);
}
