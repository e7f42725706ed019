using System.Globalization;
using System.Reflection;

namespace AlbertNative.LoadTest;

/// <summary>Throughput of the engine and of ONNX Runtime behind the same server, in turns.</summary>
internal static class PeersScenario
{
    /// <summary>Runs it.</summary>
    /// <param name="model">The model that is served, of which ONNX Runtime gets the export.</param>
    /// <param name="time">How long each is asked, each round.</param>
    /// <param name="rounds">Rounds in turns.</param>
    /// <param name="clients">Clients at a time.</param>
    /// <param name="workloads">W1 (8 to 16 tokens), W2 (about 128), W3 (mixed lengths, 1 to 8 texts a request).</param>
    /// <param name="engines">ours, p1, p2, p3.</param>
    /// <param name="precision">float32, or for the base model int8.</param>
    public static async Task<bool> RunAsync(
        string model, TimeSpan time, int rounds, int clients, string[] workloads, string[] engines, string precision)
    {
        ReferenceAnswers reference = new(150, longest: 500, model);
        string folder = Directory.CreateTempSubdirectory("albert-peers").FullName, onnx = Path.Combine(folder, "onnx", "model.onnx");
        try
        {
            if (precision == "int8")
                onnx = Models.Int8Peer; // what its own quantizer makes of the same weights
            else
                ModelExporter.ExportOnnx(model, Path.GetDirectoryName(onnx)!);
            Dictionary<(string Workload, string Engine), List<double>> rates = [];
            for (int round = 0; round < rounds; round++)
            {
                foreach (string engine in engines)
                {
                    string exchanged = engine == "ours" ? "ours" : $"{engine}:{onnx}";
                    await using ServerProcess server = await ServerProcess.StartAsync(
                        ServerProcess.FreePort(),
                        ["serve", "--engine", exchanged, "--settings", $"model=m={model},precision={precision}", "log-level=warning", "max-queue-seconds=60s"],
                        Assembly.GetExecutingAssembly().Location);
                    foreach (string workload in workloads)
                    {
                        Func<Random, int[]> choose = Choose(workload, reference);
                        await ClosedLoop.RunAsync(reference, server.Address, clients, TimeSpan.FromSeconds(2), choose, seed: 1, engine == "ours" && precision == "float32");
                        (double _, double tokens, Outcomes outcomes) = await ClosedLoop.RunAsync(
                            reference, server.Address, clients, time, choose, seed: round + 2, engine == "ours" && precision == "float32");
                        if (!outcomes.AreGood)
                            throw new InvalidOperationException($"{engine}: {outcomes}");
                        if (!rates.TryGetValue((workload, engine), out List<double>? list))
                            rates[(workload, engine)] = list = [];
                        list.Add(tokens);
                    }
                }
            }
            foreach (string workload in workloads)
            {
                double ours = rates.TryGetValue((workload, "ours"), out List<double>? own) ? Median(own) : double.NaN;
                foreach (string engine in engines)
                {
                    List<double> list = rates[(workload, engine)];
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"peers: {workload} {precision} {engine}: {Median(list):F0} tokens/s ({list.Min():F0} to {list.Max():F0}, {list.Count} rounds, {clients} clients); ours is {ours / Median(list):F2} times that"));
                }
            }
            return true;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Func<Random, int[]> Choose(string workload, ReferenceAnswers reference)
    {
        int[] all = [.. Enumerable.Range(0, reference.Texts.Length)];
        int[] texts = workload switch
        {
            "W1" => [.. all.Where(text => reference.Tokens[text] is >= 8 and <= 16)],
            "W2" => [.. all.Where(text => reference.Tokens[text] is >= 112 and <= 144)],
            "W3" => all,
            _ => throw new ArgumentException($"there is no workload {workload}; there are W1, W2 and W3", nameof(workload)),
        };
        return workload == "W3"
            ? random => [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => LogNormal(random, reference))]
            : random => [texts[random.Next(texts.Length)]];
    }

    /// <summary>The text whose length is nearest to one that is spread log-normally about 40 tokens, from 8 to 512.</summary>
    private static int LogNormal(Random random, ReferenceAnswers reference)
    {
        double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        double tokens = Math.Clamp(40 * Math.Exp(0.9 * normal), 8, 512);
        int best = 0;
        for (int text = 1; text < reference.Tokens.Length; text++)
        {
            if (Math.Abs(reference.Tokens[text] - tokens) < Math.Abs(reference.Tokens[best] - tokens))
                best = text;
        }
        return best;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
