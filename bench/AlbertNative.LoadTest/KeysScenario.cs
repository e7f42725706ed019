using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AlbertNative.LoadTest;

/// <summary>
/// Whether somebody learns a key by how long the server takes to refuse others: wrong keys that begin like the right one, for ever
/// more of it, in random order over one connection. Their times are compared with those of keys that begin otherwise, by Welch's t-test.
/// </summary>
internal static class KeysScenario
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz", Right = "correcthorsebatterystapleabcdefg";
    private const int Variants = 64;

    /// <summary>Of the times of both sides together the slowest are left out, which say what else the machine did.</summary>
    private const double Kept = 0.9;

    /// <summary>Where a difference begins to be one.</summary>
    private const double Threshold = 4.5;

    private static readonly int[] Prefixes = [0, 8, 16, 24, Right.Length - 1];

    /// <summary>Runs it.</summary>
    /// <param name="model">A model to serve; nobody asks it.</param>
    /// <param name="requests">The requests for each length of the common beginning.</param>
    public static async Task<bool> RunAsync(string model, long requests)
    {
        using ClientKeys keys = new(Right);
        await using ServerProcess server = await ServerProcess.StartAsync(
            ServerProcess.FreePort(), ["--model", $"m={model}", "--api-keys", keys.Path, "--log-level", "warning"]);
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        Random random = new(1);
        byte[][][] questions = [.. Prefixes.Select(prefix => Enumerable.Range(0, Variants).Select(_ => Question(random, prefix)).ToArray())];
        byte[] buffer = new byte[4096];
        await socket.SendAsync(questions[0][0]);
        int answerBytes = await socket.ReceiveAsync(buffer);
        if (!Encoding.ASCII.GetString(buffer, 0, answerBytes).StartsWith("HTTP/1.1 401", StringComparison.Ordinal))
            throw new InvalidOperationException("a wrong key was not refused");

        List<double>[] times = [.. Prefixes.Select(_ => new List<double>())];
        long warmUp = requests / 10;
        for (long i = -warmUp; i < requests * Prefixes.Length; i++)
        {
            int side = random.Next(Prefixes.Length);
            byte[] question = questions[side][random.Next(Variants)];
            long started = Stopwatch.GetTimestamp();
            socket.Send(question);
            for (int read = 0; read < answerBytes;)
                read += socket.Receive(buffer) is int count and > 0 ? count : throw new EndOfStreamException("the server has closed the connection");
            if (i >= 0)
                times[side].Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        }
        return Prefixes.Select((prefix, side) => (prefix, side)).Skip(1).Select(other => IsLikeFirst(times[0], times[other.side], other.prefix)).ToArray().All(isLike => isLike);
    }

    private static byte[] Question(Random random, int prefix)
    {
        // The letter behind the common beginning is another one.
        char[] key = [.. Right[..prefix], .. Enumerable.Range(prefix, Right.Length - prefix).Select(_ => Letters[random.Next(Letters.Length)])];
        while (key[prefix] == Right[prefix])
            key[prefix] = Letters[random.Next(Letters.Length)];
        return Encoding.ASCII.GetBytes($"GET /info HTTP/1.1\r\nhost: a\r\nx-api-key: {new string(key)}\r\n\r\n");
    }

    private static bool IsLikeFirst(List<double> first, List<double> other, int prefix)
    {
        double[] both = [.. first, .. other];
        Array.Sort(both);
        double slowest = both[(int)(Kept * (both.Length - 1))];
        (double mean, double variance, int count) = MomentsOf(first, slowest);
        (double otherMean, double otherVariance, int otherCount) = MomentsOf(other, slowest);
        double t = (otherMean - mean) / Math.Sqrt((variance / count) + (otherVariance / otherCount));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"keys: {prefix} letters of the right key {otherMean:F2} us, none {mean:F2} us, {count + otherCount} requests, t = {t:F2}: {(Math.Abs(t) < Threshold ? "no difference" : "A DIFFERENCE")}"));
        return Math.Abs(t) < Threshold;
    }

    private static (double Mean, double Variance, int Count) MomentsOf(List<double> times, double slowest)
    {
        double[] kept = [.. times.Where(time => time <= slowest)];
        double mean = kept.Average();
        return (mean, kept.Sum(time => (time - mean) * (time - mean)) / (kept.Length - 1), kept.Length);
    }
}
