using System.Collections.Immutable;
using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <summary>What a run holds of an account. In a netting account, a share of the one position.</summary>
public sealed record RunHolding(Guid PositionId, Side Side, decimal Volume);

/// <summary>The order that a run is about to send, or has sent without knowing the outcome.</summary>
/// <param name="No">From 1; with the run's id it makes the order's id, so that sending it again is the same order.</param>
/// <param name="Closes">The position that it reduces; null where it opens.</param>
/// <param name="BarTime">Of the bar whose fills asked for it.</param>
/// <param name="Target">What was to be held in the end, signed lots.</param>
public sealed record RunOrder(int No, Side Side, decimal Volume, Guid? Closes, DateTimeOffset BarTime, decimal Target)
{
    public Guid IdFor(Guid run) => DeterministicId.Create(run, $"run:{BarTime.ToUnixTimeMilliseconds()}:{No}");
}

/// <summary>
/// A run's own account of itself, stored before and after each order. It counts what its own orders did and nothing else: a position
/// that somebody else closes is not opened again.
/// </summary>
/// <param name="Orders">Sent so far.</param>
/// <param name="Pending">Sent or about to be; nothing else is done before its outcome is known.</param>
/// <param name="Refused">The volume wanted, signed lots, that the broker refused; not asked for again until another is wanted.</param>
/// <param name="Cursor">The newest bar that was acted on as closed.</param>
public sealed record RunBook(int Orders, ImmutableList<RunHolding> Held, RunOrder? Pending, decimal? Refused, DateTimeOffset? Cursor)
{
    public static RunBook Empty { get; } = new(0, [], null, null, null);

    /// <summary>Signed lots.</summary>
    public decimal Net => Held.Sum(h => h.Side == Side.Buy ? h.Volume : -h.Volume);

    /// <summary>The next order on the way to <paramref name="target"/> (signed lots): what is too much is closed, the oldest first, before anything is opened.</summary>
    public RunOrder? Next(decimal target, DateTimeOffset barTime)
    {
        var net = Net;
        if (Pending is not null)
        {
            return Pending;
        }

        if (net != 0 && (Math.Sign(target) != Math.Sign(net) || Math.Abs(target) < Math.Abs(net)))
        {
            var excess = Math.Sign(target) == Math.Sign(net) ? Math.Abs(net) - Math.Abs(target) : Math.Abs(net);
            var oldest = Held[0];
            return new RunOrder(Orders + 1, oldest.Side == Side.Buy ? Side.Sell : Side.Buy, Math.Min(oldest.Volume, excess), oldest.PositionId, barTime, target);
        }

        return target == net || target == Refused ? null : new RunOrder(Orders + 1, target > 0 ? Side.Buy : Side.Sell, Math.Abs(target - net), null, barTime, target);
    }

    /// <param name="cursor">The newest closed bar; it stays closed whatever a restart forgets of the one after it.</param>
    public RunBook Sending(RunOrder order, DateTimeOffset? cursor) => this with { Orders = order.No, Pending = order, Cursor = cursor };

    /// <summary>The pending order has filled that much, 0 to its volume, and is over.</summary>
    public RunBook Filled(decimal volume, Guid positionId)
    {
        var order = Pending!;
        var after = this with { Pending = null, Refused = null };
        if (volume <= 0)
        {
            return after;
        }

        if (order.Closes is not { } closed)
        {
            return after with { Held = Held.Add(new RunHolding(positionId, order.Side, volume)) };
        }

        var holding = Held.First(h => h.PositionId == closed);
        return after with { Held = holding.Volume <= volume ? Held.Remove(holding) : Held.Replace(holding, holding with { Volume = holding.Volume - volume }) };
    }

    /// <summary>The pending order was refused: what it would have opened is missed, what it would have closed is tried again.</summary>
    public RunBook Rejected() => this with { Pending = null, Refused = Pending!.Closes is null ? Pending.Target : Refused };

    /// <summary>The pending order was never taken on by the account, and is too old to be sent now.</summary>
    public RunBook Forgotten() => this with { Pending = null };

    /// <summary>What the pending order would have closed is not there any more.</summary>
    public RunBook Gone() => this with { Pending = null, Held = Held.RemoveAll(h => h.PositionId == Pending!.Closes) };
}
