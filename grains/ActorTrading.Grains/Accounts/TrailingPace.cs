using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <summary>
/// Keeps the moves of trailing stops from hammering a terminal that does not take them: after a refusal the pause doubles, from one
/// second to a minute, and a stop that the terminal took but rounded is not asked for again. Only as old as the activation.
/// </summary>
internal sealed class TrailingPace(TimeProvider clock)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Guid, Pause> _pauses = [];
    private readonly Dictionary<Guid, decimal> _taken = [];

    public bool Allows(Position position, decimal stop, Instrument instrument, BrokerSettings settings)
    {
        if (_pauses.TryGetValue(position.Id, out var pause) && clock.GetElapsedTime(pause.Since) < pause.Length)
        {
            return false;
        }

        return !_taken.TryGetValue(position.Id, out var taken)
            || (stop - taken) * (position.Side == Side.Buy ? 1m : -1m) >= Math.Max(1, settings.TrailingStepPoints) * instrument.Point;
    }

    /// <summary>A move was taken or refused.</summary>
    public void Settled(TerminalRequest request, bool taken)
    {
        var id = request.PositionId!.Value;
        if (taken)
        {
            _pauses.Remove(id);
            _taken[id] = request.StopLoss!.Value;
            return;
        }

        var length = _pauses.TryGetValue(id, out var before) ? before.Length * 2 : First;
        _pauses[id] = new Pause(clock.GetTimestamp(), length < Longest ? length : Longest);
    }

    /// <summary>Somebody set the position's levels, or it is gone: what was before does not count.</summary>
    public void Forget(Guid positionId)
    {
        _pauses.Remove(positionId);
        _taken.Remove(positionId);
    }

    private readonly record struct Pause(long Since, TimeSpan Length);
}
