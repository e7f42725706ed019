using AlbertNative.Model;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Serving;

/// <summary>A pass of a real model.</summary>
internal sealed class ModelStepper(PreTrainedModel model) : IStepper
{
    private readonly LayerPass _pass = new(model);
    private readonly Dictionary<PreparedCall, ScheduledInput> _inputs = [];
    private readonly List<ScheduledInput> _through = [];

    public bool CanJoin => _pass.CanJoin;

    public IReadOnlyList<ScheduledInput> Through => _through;

    public void Join(ScheduledInput input, int sequence)
    {
        PreparedCall call = input.Call!;
        _pass.Join(call, sequence);
        _inputs[call] = input;
    }

    public void Remove(ScheduledInput input)
    {
        if (input.Call is not PreparedCall call || !_inputs.Remove(call))
            return;
        _pass.Remove(call);
    }

    public void Clear()
    {
        _pass.Clear();
        _inputs.Clear();
        _through.Clear();
    }

    public void Step(ThreadTeam team)
    {
        _through.Clear();
        try
        {
            _pass.Step(team);
        }
        catch
        {
            Clear();
            throw;
        }
        foreach (PreparedCall call in _pass.Completed)
        {
            if (_inputs.Remove(call, out ScheduledInput? input))
                _through.Add(input);
        }
    }

    public void RunHead(ThreadTeam team, ScheduledInput input) => _pass.RunHead(team, input.Call!);

    public void Dispose() => _pass.Dispose();
}
