using System.CommandLine;
using AlbertNative.LoadTest;

// dotnet run -c Release --project bench/AlbertNative.LoadTest -- bits --seconds 30
RootCommand root = new("Loads albert-serve from outside and checks every bit of its answers.");

Option<double> seconds = new("--seconds") { Description = "How long", DefaultValueFactory = _ => 30 };
Option<long> answers = new("--answers") { Description = "Texts to be answered before that", DefaultValueFactory = _ => long.MaxValue };
Option<int> clients = new("--clients") { Description = "Clients at a time", DefaultValueFactory = _ => 8 };
Option<int> longest = new("--longest") { Description = "The most tokens of a text", DefaultValueFactory = _ => 500 };
Option<double> swapEvery = new("--swap-every") { Description = "Seconds between two exchanges of the model", DefaultValueFactory = _ => 2 };
Option<string?> cache = new("--cache") { Description = "The server's cache, such as 64MiB" };
Option<string> model = new("--model") { Description = "nano, tiny, minilm, base, or a model's path; of two that are exchanged, nano or tiny", DefaultValueFactory = _ => "nano" };
Option<int> tokens = new("--tokens") { Description = "About the tokens of a text", DefaultValueFactory = _ => 128 };
Option<string> queue = new("--max-queue-seconds") { Description = "The server's setting", DefaultValueFactory = _ => "2s" };
Option<string> logLevel = new("--log-level") { Description = "The server's setting", DefaultValueFactory = _ => "information" };
Option<string> balancer = new("--balancer") { Description = "nginx or haproxy", DefaultValueFactory = _ => "nginx" };
Option<long> requests = new("--requests") { Description = "Requests to be answered", DefaultValueFactory = _ => 3000 };
Option<long> restartRequests = new("--requests") { Description = "Requests to be answered", DefaultValueFactory = _ => 10_000 };
Option<int> rounds = new("--rounds") { Description = "How often each replica is replaced", DefaultValueFactory = _ => 1 };
Option<bool> noDrain = new("--no-drain") { Description = "End the replicas without their delay: shows that loss is seen" };
Option<bool> kill = new("--kill") { Description = "Kill them" };
Option<int> times = new("--times") { Description = "How often the server is stopped, or ended", DefaultValueFactory = _ => 5 };
Option<string[]> workloads = new("--workloads") { Description = "W1, W2, W3", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["W3"] };
Option<string[]> engines = new("--engines") { Description = "ours, p1, p2, p3", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["p1", "p3", "ours"] };
Option<string> precision = new("--precision") { Description = "float32 or int8", DefaultValueFactory = _ => "float32" };

Add(new Command("bits", "Mixed load with clients that go, deadlines that pass and models that are exchanged") { model, longest, answers, seconds, clients, swapEvery, cache },
    parsed => BitsScenario.RunAsync(
        Models.PairOf(parsed.GetValue(model)!), parsed.GetValue(longest), parsed.GetValue(answers), Time(parsed), parsed.GetValue(clients), TimeSpan.FromSeconds(parsed.GetValue(swapEvery)), parsed.GetValue(cache)));
Add(new Command("overload", "Ten times the capacity") { model, tokens, seconds, queue },
    parsed => OverloadScenario.RunAsync(Models.Of(parsed.GetValue(model)!), parsed.GetValue(tokens), Time(parsed), parsed.GetValue(queue)!));
Add(new Command("interactive", "Short queries beside endless long texts") { model, seconds },
    parsed => InteractiveScenario.RunAsync(Models.Of(parsed.GetValue(model)!), Time(parsed)));
Add(new Command("overhead", "What a request costs beyond the engine") { model, clients, seconds, logLevel },
    parsed => OverheadScenario.RunAsync(Models.Of(parsed.GetValue(model)!), parsed.GetValue(clients), Time(parsed), parsed.GetValue(logLevel)!));
Add(new Command("low-load", "A short text a second") { model, seconds },
    parsed => LowLoadScenario.RunAsync(Models.Of(parsed.GetValue(model)!), Time(parsed)));
Add(new Command("greedy", "Nine modest clients beside one that asks for ten times the capacity") { model, tokens, seconds },
    parsed => GreedyScenario.RunAsync(Models.Of(parsed.GetValue(model)!), parsed.GetValue(tokens), Time(parsed)));
Add(new Command("abandonment", "Three times the capacity, of clients most of which go") { model, tokens, seconds },
    parsed => ImpatienceScenario.AbandonAsync(Models.Of(parsed.GetValue(model)!), parsed.GetValue(tokens), Time(parsed)));
Add(new Command("deadline", "Three times the capacity, of clients that have half a second") { model, tokens, seconds },
    parsed => ImpatienceScenario.ExpireAsync(Models.Of(parsed.GetValue(model)!), parsed.GetValue(tokens), Time(parsed)));
Add(new Command("retry-storm", "Clients that repeat a 503 without a pause, of a server that loads") { model },
    parsed => RetryStormScenario.RunAsync(Models.Of(parsed.GetValue(model)!)));
Add(new Command("stopped", "A server that the system stops for a while") { model, times },
    parsed => StoppedScenario.RunAsync(Models.Of(parsed.GetValue(model)!), parsed.GetValue(times)));
Add(new Command("restart", "A server that is ended, or killed, and started again under load") { model, restartRequests, times, clients, kill },
    parsed => RestartScenario.RunAsync(
        Models.Of(parsed.GetValue(model)!), parsed.GetValue(restartRequests), parsed.GetValue(times), parsed.GetValue(clients), parsed.GetValue(kill)));
Add(new Command("keys", "Whether a wrong key takes the longer to be refused the more of it is right") { model, requests },
    parsed => KeysScenario.RunAsync(Models.Of(parsed.GetValue(model)!), parsed.GetValue(requests)));
Add(new Command("balanced", "Two replicas behind a balancer, replaced one after the other") { model, balancer, requests, rounds, clients, noDrain, kill },
    parsed => BalancedScenario.RunAsync(
        Models.Of(parsed.GetValue(model)!), parsed.GetValue(balancer)!, parsed.GetValue(requests), parsed.GetValue(rounds), parsed.GetValue(clients), drains: !parsed.GetValue(noDrain), kills: parsed.GetValue(kill)));
Add(new Command("peers", "ONNX Runtime behind the same server, in turns with the engine") { model, seconds, rounds, clients, workloads, engines, precision },
    parsed => PeersScenario.RunAsync(
        Models.Of(parsed.GetValue(model)!), Time(parsed), parsed.GetValue(rounds), parsed.GetValue(clients),
        parsed.GetValue(workloads)!, parsed.GetValue(engines)!, parsed.GetValue(precision)!));

// The server of `peers`, in a process of its own.
Option<string> engine = new("--engine") { Required = true };
Option<string[]> settings = new("--settings") { AllowMultipleArgumentsPerToken = true, Required = true };
Option<string> http = new("--http") { Required = true };
Command serve = new("serve", "A server with another engine") { engine, settings, http };
serve.Hidden = true;
serve.SetAction((parsed, _) => PeerServer.RunAsync(parsed.GetValue(engine)!, parsed.GetValue(settings)!, parsed.GetValue(http)!));
root.Add(serve);

// The least server, for `overhead`.
Option<double> busy = new("--busy") { Required = true };
Command empty = new("empty", "A server of nothing") { busy, http };
empty.Hidden = true;
empty.SetAction((parsed, _) => EmptyServer.RunAsync(TimeSpan.FromMicroseconds(parsed.GetValue(busy)), parsed.GetValue(http)!));
root.Add(empty);

return await root.Parse(args).InvokeAsync();

TimeSpan Time(ParseResult parsed) => TimeSpan.FromSeconds(parsed.GetValue(seconds));

void Add(Command command, Func<ParseResult, Task<bool>> run)
{
    command.SetAction(async (parsed, _) => await run(parsed) ? 0 : 1);
    root.Add(command);
}
