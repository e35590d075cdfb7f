using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace ActorTrading.Grains.Tests;

/// <summary>What the market has reached is executed, also where it could not be written at once.</summary>
[Collection(nameof(Server))]
public sealed class MissedTriggerTests(Server server)
{
    [Fact]
    public async Task A_stop_loss_that_could_not_be_written_is_executed_at_its_quote_when_it_can()
    {
        FailingWriter writer = null!;
        await using var host = await TradingHost.StartAsync(server, services => services.AddSingleton<ILedgerWriter>(p => writer = new FailingWriter(p.GetRequiredService<LedgerWriter>())));
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var account = await host.PaperAccountAsync(await host.UserAsync());
        (await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m, stopLoss: 1.09000m))).Accepted.ShouldBeTrue();

        writer.Fail(3);
        await host.QuoteAsync("EURUSD", 1.08990m, 1.08992m);
        await writer.Failed;

        // The market has come back meanwhile.
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        await TradingHost.UntilAsync(account.GetStateAsync, s => s.Positions.IsEmpty, "the stop loss");
        var closed = (await host.Ledger.ReadAsync(account.GetPrimaryKey(), 0)).Select(e => e.Event).OfType<DealExecuted>().Last().Deal;
        closed.Entry.ShouldBe(DealEntry.Out);
        closed.Price.ShouldBe(1.08990m);
    }

    [Fact]
    public async Task An_old_quote_does_not_reach_what_was_opened_after_it()
    {
        await using var host = await TradingHost.StartAsync(server);
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var account = await host.PaperAccountAsync(await host.UserAsync());
        (await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m, stopLoss: 1.09000m))).Accepted.ShouldBeTrue();

        var old = new Quote("EURUSD", 1.08990m, 1.08992m, DateTimeOffset.UtcNow);
        await account.OnTriggerAsync(new TriggerHit(account.GetPrimaryKey(), old, [], DateTimeOffset.UtcNow.AddSeconds(-5), Late: true));
        (await account.GetStateAsync()).Positions.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task The_first_quote_after_a_start_closes_a_stored_bar_with_its_alerts_and_is_not_lost()
    {
        var now = DateTimeOffset.UtcNow;
        var minute = new DateTimeOffset(now.UtcTicks - now.UtcTicks % TimeSpan.TicksPerMinute, TimeSpan.Zero).AddMinutes(-1);
        var host = await TradingHost.StartAsync(server);
        await using var restarted = await host.RestartAsync(database =>
            new CandleStore(database).SaveAsync("EURUSD", [(Timeframe.M1, new Bar(minute, 1.1m, 1.1m, 1.1m, 1.1m, 1, 10))]));
        var alert = new AlertDefinition
        {
            Id = TradingHost.NewId(), UserId = TradingHost.NewId(), Symbol = "EURUSD", Condition = AlertCondition.GreaterThan, Value = 1.2m, Trigger = AlertTrigger.OncePerBarClose, Timeframe = "M1", CreatedAt = now,
        };
        await restarted.Grains.GetGrain<ISymbolGrain>("EURUSD").ArmAlertAsync(new AlertView(alert, AlertState.New));
        await restarted.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        restarted.Market.LastQuote("EURUSD")!.Value.Bid.ShouldBe(1.10000m);
    }

    /// <summary>A database that is away for so many appends.</summary>
    private sealed class FailingWriter(ILedgerWriter writer) : ILedgerWriter
    {
        private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _fail;

        public Task Failed => _failed.Task.WaitAsync(TimeSpan.FromSeconds(60));

        public void Fail(int times) => Volatile.Write(ref _fail, times);

        public Task<AppendResult> AppendAsync(LedgerAppend append, CancellationToken cancellation = default)
        {
            if (Volatile.Read(ref _fail) <= 0)
            {
                return writer.AppendAsync(append, cancellation);
            }

            if (Interlocked.Decrement(ref _fail) == 0)
            {
                _failed.TrySetResult();
            }

            throw new StoreUnavailableException("The database is away.", new IOException());
        }
    }
}
