using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <summary>What a run holds of an account.</summary>
/// <param name="PositionId">In a netting account, where it is a share of the symbol's one position, the order that began it.</param>
public sealed record RunHolding(Guid PositionId, Side Side, decimal Volume);

/// <summary>The order that a run is about to send, or has sent without knowing the outcome.</summary>
/// <param name="No">From 1; with the run's id it makes the order's id, so that sending it again is the same order.</param>
/// <param name="Closes">The holding that it reduces; null where it opens.</param>
/// <param name="BarTime">Of the bar whose fills asked for it.</param>
/// <param name="Target">What was to be held in the end, signed lots.</param>
/// <param name="Position">The account's position that it closes, so that it can never open one; null where it opens, or takes a part out of a netting position.</param>
public sealed record RunOrder(int No, Side Side, decimal Volume, Guid? Closes, DateTimeOffset BarTime, decimal Target, Guid? Position = null)
{
    public Guid IdFor(Guid run) => DeterministicId.Create(run, $"run:{BarTime.ToUnixTimeMilliseconds()}:{No}");
}

/// <summary>An entry that was refused for a passing reason.</summary>
/// <param name="BarTime">While this bar forms it is tried again.</param>
/// <param name="Tries">So far.</param>
/// <param name="Lots">What it would have added to what is held, signed.</param>
public sealed record RunRetry(DateTimeOffset BarTime, int Tries, decimal Lots)
{
    /// <summary>Then the entry is missed.</summary>
    public const int TriesMax = 5;
}

/// <summary>
/// A run's own account of itself, stored before and after each order. It counts what its own orders did and nothing else: a position
/// that somebody else closes is not opened again, and an entry that was refused is not made up for.
/// </summary>
/// <param name="Orders">Sent so far.</param>
/// <param name="Pending">Sent or about to be; nothing else is done before its outcome is known.</param>
/// <param name="Cursor">The newest bar that was acted on as closed.</param>
public sealed record RunBook(int Orders, ImmutableList<RunHolding> Held, RunOrder? Pending, DateTimeOffset? Cursor)
{
    public static RunBook Empty { get; } = new(0, [], null, null);

    /// <summary>Bars that may wait in <see cref="Seen"/>; beyond it the oldest are forgotten.</summary>
    private const int SeenMax = 500;

    /// <summary>Signed lots that the script holds and the account does not: refused, or closed by somebody else. Never more than the script wants.</summary>
    public decimal Missed { get; init; }

    public RunRetry? Retry { get; init; }

    /// <summary>What the last order was on the way to, or what had been closed before it could be sent, signed lots.</summary>
    public decimal Aim { get; init; }

    /// <summary>Netting: signed lots of the symbol that are somebody else's, as last seen.</summary>
    public decimal Beside { get; init; }

    /// <summary>Its user has stopped it and wants it flat: it only closes any more, and ends when it has.</summary>
    public bool Stopping { get; init; }

    /// <summary>The bars in which orders went out, as they were then: a process that is killed loses how high and low a forming bar had been.</summary>
    public ImmutableList<BarRow> Seen { get; init; } = [];

    /// <summary>Stop losses that it has given to what it holds.</summary>
    public ImmutableList<RunStop> Stops { get; init; } = [];

    /// <summary>Signed lots.</summary>
    public decimal Net => Held.Sum(h => h.Side == Side.Buy ? h.Volume : -h.Volume);

    /// <summary>What follows from wanting <paramref name="target"/> (signed lots) before any order: what is missed is missed until the script lets go of it.</summary>
    public RunBook Wanting(decimal target, DateTimeOffset barTime)
    {
        var missed = Missed + (Retry is { } retry && retry.BarTime != barTime ? retry.Lots : 0);
        var room = Math.Max(0, Math.Abs(target) - (Math.Sign(Net) == Math.Sign(target) ? Math.Abs(Net) : 0));
        missed = Math.Sign(missed) == Math.Sign(target) ? Math.Sign(target) * Math.Min(Math.Abs(missed), room) : 0;
        return this with { Missed = missed, Retry = Retry?.BarTime == barTime && target != 0 ? Retry : null };
    }

    /// <summary>A bar has closed with the script holding <paramref name="assumed"/>, where by the prices as they were seen it held <paramref name="seen"/> (signed lots): what is more is missed.</summary>
    public RunBook Assuming(decimal assumed, decimal seen)
    {
        var there = Math.Sign(assumed) == Math.Sign(seen) ? Math.Abs(seen) : 0;
        return Math.Abs(assumed) > there ? this with { Missed = Missed + Math.Sign(assumed) * (Math.Abs(assumed) - there) } : this;
    }

    /// <summary>Whether the way to <paramref name="target"/> begins with closing.</summary>
    public bool Reduces(decimal target) => Math.Abs(Net) > Kept(target);

    /// <summary>The next order on the way to <paramref name="target"/> (signed lots): what is too much is closed, the oldest first, before anything is opened.</summary>
    /// <param name="volumeMax">Of one order, lots.</param>
    public RunOrder? Next(decimal target, DateTimeOffset barTime, decimal volumeMax)
    {
        if (Pending is not null)
        {
            return Pending;
        }

        if (Reduces(target))
        {
            var oldest = Held[0];
            var volume = Math.Min(Math.Min(oldest.Volume, Math.Abs(Net) - Kept(target)), volumeMax);
            return new RunOrder(Orders + 1, oldest.Side == Side.Buy ? Side.Sell : Side.Buy, volume, oldest.PositionId, barTime, target);
        }

        var opens = target - Net - Wanting(target, barTime).Missed;
        return opens == 0 ? null : new RunOrder(Orders + 1, opens > 0 ? Side.Buy : Side.Sell, Math.Min(Math.Abs(opens), volumeMax), null, barTime, target);
    }

    /// <param name="cursor">The newest closed bar; it stays closed whatever a restart forgets of the one after it.</param>
    /// <param name="seen">The bar that forms; null where the order has nothing to do with it.</param>
    public RunBook Sending(RunOrder order, DateTimeOffset? cursor, BarRow? seen = null)
    {
        return (seen is null ? this : Noting(seen)) with { Orders = order.No, Pending = order, Aim = order.Target, Cursor = cursor };
    }

    /// <summary>Keeps a bar as it is now.</summary>
    public RunBook Noting(BarRow seen)
    {
        var bars = Seen.RemoveAll(b => b.Time == seen.Time).Add(seen);
        return this with { Seen = bars.Count > SeenMax ? bars.RemoveAt(0) : bars };
    }

    /// <summary>A position is about to be given a stop loss; those of what is not held any more are forgotten.</summary>
    public RunBook Protecting(RunStop stop) => this with { Stops = Stops.RemoveAll(s => s.PositionId == stop.PositionId || !Held.Exists(h => h.PositionId == s.PositionId)).Add(stop) };

    /// <summary>The pending order has filled that much, 0 to its volume, and is over.</summary>
    public RunBook Filled(decimal volume, Guid positionId)
    {
        var order = Pending!;
        var after = this with { Pending = null, Retry = null };
        if (volume <= 0)
        {
            return after;
        }

        if (order.Closes is not { } closed)
        {
            var there = Held.Find(h => h.PositionId == positionId);
            return after with { Held = there is null ? Held.Add(new RunHolding(positionId, order.Side, volume)) : Held.Replace(there, there with { Volume = there.Volume + volume }) };
        }

        return after with { Held = Reduced(closed, volume) };
    }

    /// <summary>The pending order was refused: what it would have closed is tried again, and what it would have opened too where the reason passes; else that is missed.</summary>
    public RunBook Refused(bool passing)
    {
        var order = Pending!;
        if (order.Closes is not null)
        {
            return this with { Pending = null };
        }

        var tries = (Retry?.BarTime == order.BarTime ? Retry.Tries : 0) + 1;
        return passing && tries < RunRetry.TriesMax
            ? this with { Pending = null, Retry = new RunRetry(order.BarTime, tries, order.Target - Net - Missed) }
            : this with { Pending = null, Retry = null, Missed = order.Target - Net };
    }

    /// <summary>The pending order was never taken on by the account, and is too old to be sent now.</summary>
    public RunBook Forgotten() => this with { Pending = null };

    /// <summary>What the pending order would have closed is not there any more.</summary>
    public RunBook Gone() => Lost(Pending!.Closes!.Value, decimal.MaxValue) with { Pending = null };

    /// <summary>Compares what is held with what is there: what somebody else has closed is missed from now on.</summary>
    public RunBook Seeing(AccountState account, string symbol)
    {
        if (account.Mode == PositionMode.Hedging)
        {
            return Held.Aggregate(this, (book, h) => book.Lost(h.PositionId, h.Volume - Math.Min(h.Volume, account.Positions.GetValueOrDefault(h.PositionId)?.Volume ?? 0)));
        }

        // Never beyond where the account stood before the run entered, nor through zero: then a close would open a position for somebody.
        // Who has flattened it, with a share of his own against the run's, has closed both.
        var net = Net;
        var there = SignedIn(account, symbol);
        var room = there == 0 && Beside + net != 0 ? 0 : net > 0 ? there - Math.Min(0, Beside) : Math.Max(0, Beside) - there;
        var gone = Math.Abs(net) - Math.Clamp(room, 0, Math.Abs(net));
        var left = Held.Aggregate(this, (book, h) =>
        {
            var lost = Math.Min(h.Volume, gone);
            gone -= lost;
            return book.Lost(h.PositionId, lost);
        });

        // What is not the run's is somebody else's, whatever he has traded since: else what the run itself takes out could look like his flattening.
        return left with { Beside = there - left.Net };
    }

    /// <summary>Signed lots of a netting account's position in a symbol.</summary>
    public static decimal SignedIn(AccountState account, string symbol) =>
        account.Positions.Values.Where(p => p.Symbol == symbol).Sum(p => p.Side == Side.Buy ? p.Volume : -p.Volume);

    private decimal Kept(decimal target) => Math.Sign(target) == Math.Sign(Net) ? Math.Abs(target) : 0;

    private RunBook Lost(Guid position, decimal volume)
    {
        var before = Net;
        var after = volume > 0 ? this with { Held = Reduced(position, volume) } : this;
        return after with { Missed = Missed + before - after.Net };
    }

    private ImmutableList<RunHolding> Reduced(Guid position, decimal volume) => Held.Find(h => h.PositionId == position) is not { } holding ? Held
        : holding.Volume <= volume ? Held.Remove(holding)
        : Held.Replace(holding, holding with { Volume = holding.Volume - volume });
}
