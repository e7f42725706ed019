namespace AlbertNative.Serving;

/// <summary>Which of a model's two lanes a request goes by.</summary>
internal enum WorkLane
{
    Express,
    Bulk,
}

/// <summary>
/// What waits for one model in one lane: fair by client, then by request, in order within one. It shares the workers' time
/// with the other streams by its lane's weight.
/// </summary>
internal sealed class WorkStream(ModelWork work, WorkLane lane, double weight) : FairNode
{
    private const int LeastForgotten = 64;

    private readonly FairQueue<ClientNode> _clients = new();
    private readonly Dictionary<ServingClient, ClientNode> _known = [];
    private int _mostKnown = LeastForgotten;
    private long _dropped; // tokens, times the layers that they had gone through

    public ModelWork Work { get; } = work;

    public WorkLane Lane { get; } = lane;

    public override double Weight => weight;

    /// <summary>Requests that are not over.</summary>
    public int Requests { get; set; }

    /// <summary>Sequences that nobody has taken belong to so many requests.</summary>
    public bool HasWaiting => _clients.Count > 0;

    /// <summary>Sequences that are on their way through the layers.</summary>
    public int Running { get; set; }

    /// <summary>What is left to compute of all that was admitted: costs in tokens, times layers.</summary>
    public long Backlog { get; set; }

    /// <summary>A sequence was computed as far as some layer, for nobody.</summary>
    public void Drop(int length, int layers) => _dropped += (long)length * layers;

    /// <summary>Takes what was computed for nobody since it was last taken, in tokens through the whole model; what is less than one stays.</summary>
    public long TakeWasted()
    {
        (long tokens, _dropped) = Math.DivRem(_dropped, Work.Layers);
        return tokens;
    }

    /// <summary>The memory of what was admitted and is not over.</summary>
    public long Bytes { get; set; }

    /// <summary>Tokens of what was admitted and is not over.</summary>
    public long Tokens { get; set; }

    /// <summary>Weights of all clients that wait.</summary>
    public double WaitingWeight { get; private set; }

    /// <summary>The seconds that a worker would need for all that is left.</summary>
    public double BacklogSeconds => Backlog / (Work.Cost.Rate * Work.Layers);

    public void Enter(ScheduledRequest request)
    {
        ClientNode client = NodeOf(request.Client);
        client.Requests.Enter(request.Node);
        if (client.Requests.Count == 1)
        {
            _clients.Enter(client);
            WaitingWeight += client.Weight;
        }
    }

    /// <summary>The request whose sequence is next for a worker; null where all that wait have to go to others.</summary>
    /// <param name="residence">The worker's part of this stream; null where it has none yet.</param>
    public ScheduledRequest? Next(Residence? residence)
    {
        if (_clients.First is not ClientNode first)
            return null;
        ScheduledRequest request = first.Requests.First!.Request;
        if (request.Owner is null || request.Owner == residence)
            return request;
        foreach (ClientNode client in _clients.Waiting)
        {
            foreach (ScheduledRequest.RequestNode node in client.Requests.Waiting)
            {
                if (node.Request.Owner is null || node.Request.Owner == residence)
                    return node.Request;
            }
        }
        return null;
    }

    /// <summary>The requests of which an input has been begun in a residence, and waits for its other sequences.</summary>
    public IEnumerable<ScheduledRequest> OwnedBy(Residence residence) =>
        from client in _clients.Waiting
        from node in client.Requests.Waiting
        where node.Request.Owner == residence
        select node.Request;

    /// <summary>Takes a sequence of the request that is next.</summary>
    public ScheduledSequence Take(ScheduledRequest request, Residence residence, long now)
    {
        ClientNode client = _known[request.Client];
        ScheduledSequence sequence = request.Take(residence, now);
        _clients.Charge(client, sequence.Cost);
        client.Requests.Charge(request.Node, sequence.Cost);
        if (!request.HasWaiting)
            Leave(client, request);
        return sequence;
    }

    /// <summary>Takes a request out whose sequences nobody will want.</summary>
    public void Leave(ScheduledRequest request)
    {
        if (request.HasWaiting && _known.TryGetValue(request.Client, out ClientNode? client))
            Leave(client, request);
    }

    private void Leave(ClientNode client, ScheduledRequest request)
    {
        client.Requests.Leave(request.Node);
        if (client.Requests.Count > 0)
            return;
        _clients.Leave(client);
        WaitingWeight -= client.Weight;
        if (_clients.Count == 0)
        {
            // Nobody waits: whoever comes next begins like all others.
            WaitingWeight = 0;
            _known.Clear();
            _mostKnown = LeastForgotten;
        }
        else if (_known.Count > _mostKnown)
        {
            Forget();
        }
    }

    /// <summary>A client that waits for nothing and is not ahead of its share is as good as a new one.</summary>
    private void Forget()
    {
        foreach ((ServingClient client, ClientNode node) in _known)
        {
            if (node.Requests.Count == 0 && node.Start <= _clients.Time)
                _known.Remove(client);
        }
        _mostKnown = Math.Max(LeastForgotten, 2 * _known.Count);
    }

    private ClientNode NodeOf(ServingClient client)
    {
        if (!_known.TryGetValue(client, out ClientNode? node))
            _known.Add(client, node = new ClientNode(client));
        return node;
    }

    private sealed class ClientNode(ServingClient client) : FairNode
    {
        public FairQueue<ScheduledRequest.RequestNode> Requests { get; } = new();

        public override double Weight => client.Options.Weight;
    }
}
