using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <summary>
/// Keeps the moves of trailing stops from hammering a terminal that does not take them: after a refusal there is a pause, and a stop that
/// the terminal took but rounded is not asked for again. Only as old as the activation.
/// </summary>
internal sealed class TrailingPace(TimeProvider clock)
{
    private readonly Pauses _pauses = new(clock);
    private readonly Dictionary<Guid, decimal> _taken = [];

    public bool Allows(Position position, decimal stop, Instrument instrument, BrokerSettings settings)
    {
        if (!_pauses.IsOver(position.Id))
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
            _pauses.Forget(id);
            _taken[id] = request.StopLoss!.Value;
            return;
        }

        _pauses.Refused(id);
    }

    /// <summary>Somebody set the position's levels, or it is gone: what was before does not count.</summary>
    public void Forget(Guid positionId)
    {
        _pauses.Forget(positionId);
        _taken.Remove(positionId);
    }
}
