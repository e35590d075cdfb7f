using System.Diagnostics;
using ActorTrading.Domain;

namespace ActorTrading.Benchmarks;

/// <summary>The pure part of copying: one leader's fill decided for many followers, without store, grains or broker.</summary>
public sealed class DecideBench : IBench
{
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    public string Name => "decide";

    public string What => "copy decisions/s for one leader's fill, by sizing mode; links=200000";

    public Task<BenchReport> RunAsync(BenchSettings settings)
    {
        var links = settings.Count("links", 200_000);
        var board = new MarketBoard(InstrumentCatalog.All);
        foreach (var instrument in InstrumentCatalog.All)
            board.Update(new Quote(instrument.Symbol, 1.1000m, 1.1002m, Now));
        var before = Account(1, board, 20_000m);
        var order = new PlaceOrder
        {
            OrderId = DeterministicId.FromNumbers(2, 1), ClientOrderId = "leader", Symbol = "EURUSD", Side = Side.Buy, Type = OrderType.Market, Volume = 1m, StopLoss = 1.09m,
        };
        var entries = AccountProjection.Entries(before, BrokerEngine.Decide(before, order, board, BrokerSettings.Default, Now).Events, Now).ToList();
        before = entries.SkipLast(1).Aggregate(before, (state, made) => state.Apply(made));
        var context = new CopyContext
        {
            LinkId = DeterministicId.FromNumbers(3, 1), Settings = new LinkSettings(), LeaderEntry = entries[^1], LeaderBefore = before, LeaderAfter = before.Apply(entries[^1]),
            Follower = Account(2, board, 10_000m), LeaderMarket = board, FollowerMarket = board, Now = Now, LeaderFigures = AccountFigures.Of(before, board),
        };

        var measurements = new List<Measurement>();
        foreach (var sizing in (SizingSettings[])
            [
                new() { Mode = SizingMode.Balance },
                new() { Mode = SizingMode.Equity },
                new() { Mode = SizingMode.FixedRisk, Value = 0.01m },
                new() { Mode = SizingMode.Expression, Expression = "min(leaderVolume * balance / leaderBalance, 5)" },
            ])
        {
            var plain = context with { Settings = new LinkSettings { Sizing = sizing, Limits = new() { MaxTradeRisk = 0.1m, MaxLeverage = 100m, ReservedMarginFraction = 0.1m } } };
            Decide(plain, links / 10);
            var bytes = GC.GetAllocatedBytesForCurrentThread();
            var time = Decide(plain, links);
            bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
            measurements.Add(new Measurement(sizing.Mode.ToString(), links / time.TotalSeconds, null, (double)bytes / links,
                new Dictionary<string, double> { ["us_per_decision"] = time.TotalMicroseconds / links }));
        }
        return Task.FromResult(new BenchReport(Name, measurements));
    }

    private static AccountState Account(int number, MarketBoard board, decimal deposit)
    {
        var id = DeterministicId.FromNumbers(1, number);
        var state = AccountState.Empty.Apply(new LedgerEntry(id, 1, Now, new AccountOpened(Guid.Empty, "bench", AccountKind.Paper, PositionMode.Hedging, "USD", 100)));
        var decision = BrokerEngine.Decide(state, new AdjustBalance(deposit, BalanceReason.Deposit, "start"), board, BrokerSettings.Default, Now);
        return AccountProjection.Entries(state, decision.Events, Now).Aggregate(state, (s, made) => s.Apply(made));
    }

    private static TimeSpan Decide(CopyContext context, int links)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < links; i++)
        {
            var plan = CopyRules.Decide(context with { LinkId = DeterministicId.FromNumbers(3, i) });
            if (plan.Commands.Length != 1)
                throw new InvalidOperationException($"{plan.Outcome} {plan.Reason} {plan.Detail}");
        }
        return Stopwatch.GetElapsedTime(start);
    }
}
