using System.Collections.Immutable;

namespace ActorTrading.Domain;

/// <summary>A decision not to open: a reason and the values that decided.</summary>
internal readonly record struct Refused(string Reason, string Detail);

/// <summary>One decision in the making: the context, what is computed from it at most once, and the commands so far.</summary>
internal sealed class CopyCase(CopyContext context, int firstPart = 0)
{
    private readonly ImmutableArray<TradeCommand>.Builder _commands = ImmutableArray.CreateBuilder<TradeCommand>(1);
    private AccountFigures? _leader, _follower;
    private List<CopyHolding>? _holdings;
    private CopyExit? _exit;
    private int _part = firstPart;

    public CopyContext Context => context;
    public LinkSettings Settings => context.Settings;
    public AccountState Follower => context.Follower;
    public AccountFigures LeaderFigures => _leader ??= context.LeaderFigures ?? AccountFigures.Of(context.LeaderBefore, context.LeaderMarket);
    public AccountFigures FollowerFigures => _follower ??= AccountFigures.Of(context.Follower, context.FollowerMarket);
    public List<CopyHolding> Holdings => _holdings ??= CopyHolding.Of(context.Follower, context.LinkId);
    public bool HasCommands => _commands.Count > 0;
    public IReadOnlyList<TradeCommand> Commands => _commands;

    /// <param name="source">What the leader's trade copies, of one that is opened.</param>
    public CopyOrigin Origin(Guid? leaderPositionId, Guid? leaderOrderId, CopyOrigin? source = null) =>
        new(context.LinkId, context.Settings.LeaderAccountId, context.LeaderEntry.Seq, leaderPositionId, leaderOrderId) { Source = source };

    /// <summary>The follower's name of the leader's symbol.</summary>
    public string MapSymbol(string leaderSymbol) =>
        context.Settings.SymbolMapping is { } mapping && mapping.TryGetValue(leaderSymbol, out var mapped) ? mapped : leaderSymbol;

    public Side MapSide(Side leaderSide) => context.Settings.Reverse ? Opposite(leaderSide) : leaderSide;

    public static Side Opposite(Side side) => side == Side.Buy ? Side.Sell : Side.Buy;

    /// <summary>Ids of the next order: the same for the same link, leader's sequence and place in the plan.</summary>
    public (Guid OrderId, string ClientOrderId) NextIds()
    {
        var part = _part++;
        var orderId = DeterministicId.Create(context.LinkId, $"copyOrder:{context.LeaderEntry.Seq}:{part}");
        return (orderId, ClientOrderIds.ForCopy(orderId));
    }

    public void Add(TradeCommand command) => _commands.Add(command);

    /// <summary>The plan's closings.</summary>
    public CopyExit Exit => _exit ??= new CopyExit(context.Follower);

    public CopyPlan Copied(string? reason = null, string? detail = null) => CopyPlan.Copy(_commands.ToImmutable(), reason, detail);

    /// <summary>What was decided so far stands; without any command the entry is skipped.</summary>
    public CopyPlan End(Refused? refused)
    {
        if (refused is not { } no)
            return Copied();
        return HasCommands ? Copied(no.Reason, no.Detail) : CopyPlan.Skip(no.Reason, no.Detail);
    }

    /// <summary>Copies of the leader's pending order that still rest.</summary>
    public IEnumerable<Order> RestingForOrder(Guid leaderOrderId) =>
        Resting().Where(order => order.Copy!.LeaderOrderId == leaderOrderId);

    /// <summary>
    /// Orders that still rest for the leader's position: those that wait for a better price, and copies of pending orders that
    /// the leader's position has come of. The leader's own resting orders stay out of it.
    /// </summary>
    public IEnumerable<Order> RestingForPosition(Guid leaderPositionId, string symbol) => Resting().Where(order =>
    {
        var origin = order.Copy!;
        if (origin.LeaderOrderId is not { } leaderOrder)
            return origin.LeaderPositionId == leaderPositionId;
        return leaderOrder == leaderPositionId
            || (!context.LeaderAfter.Orders.ContainsKey(leaderOrder)
                && (origin.LeaderPositionId == leaderPositionId || (context.LeaderBefore.Mode == PositionMode.Netting && order.Symbol == symbol
                    && !CopyHolding.IsOfAnother(context, leaderPositionId, origin.LeaderPositionId, leaderOrder))));
    });

    private IEnumerable<Order> Resting()
    {
        foreach (var (_, order) in context.Follower.Orders)
        {
            if (order.IsPending && order.Copy is { } copy && copy.LinkId == context.LinkId)
                yield return order;
        }
    }
}
