using System.Text.Json;
using ActorTrading.Domain;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace ActorTrading.Domain.Tests.Broker;

public class BrokerProperties
{
    private static readonly Gen<Step> Steps =
        from what in Gen.Choose(0, 255)
        from a in Gen.Choose(0, 255)
        from b in Gen.Choose(0, 255)
        from c in Gen.Choose(short.MinValue, short.MaxValue)
        select new Step((byte)what, (byte)a, (byte)b, (short)c);

    private static readonly Arbitrary<(int, Step[])> Sessions = Arb.From(
        from config in Gen.Choose(0, 999)
        from n in Gen.Choose(50, 600)
        from steps in Gen.ArrayOf(Steps, n)
        select (config, steps),
        session => Halves(session.Item2).Select(s => (session.Item1, s)));

    private static IEnumerable<Step[]> Halves(Step[] steps)
    {
        for (var size = steps.Length / 2; size > 0; size /= 2)
            for (var at = 0; at + size <= steps.Length; at += size)
                yield return [.. steps[..at], .. steps[(at + size)..]];
    }

    /// <summary>The same sessions every time; BROKER_SEED plays others and BROKER_RUNS that many times as many.</summary>
    private static void Check(int runs, Action<int, Step[]> property)
    {
        var seed = ulong.TryParse(Environment.GetEnvironmentVariable("BROKER_SEED"), out var s) ? s : 20260303;
        var factor = int.TryParse(Environment.GetEnvironmentVariable("BROKER_RUNS"), out var f) ? f : 1;
        Prop.ForAll(Sessions, session => property(session.Item1, session.Item2)).Check(Config.QuickThrowOnFailure.WithMaxTest(runs * factor)
            .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(seed, 2 * seed + 1), FSharpOption<int>.None))));
    }

    private static string Json(AccountState state) => JsonSerializer.Serialize(state, DomainJson.Options);

    /// <summary>Everything that happens is driven by all quotes; each is also held against the triggers armed before it.</summary>
    private static void Play(RandomDesk random, Step[] steps, Action<IReadOnlyList<LedgerEvent>>? after = null, Action<TradeCommand, BrokerDecision>? decided = null,
        Action<bool, IReadOnlyList<LedgerEvent>>? quoted = null)
    {
        var desk = random.Desk;
        var watch = BrokerEngine.WatchList(desk.State, desk.Board, desk.Settings);
        var next = BrokerEngine.NextTimeEvent(desk.State, desk.Board, desk.Settings, desk.Now);
        foreach (var step in steps)
        {
            var (quote, command) = random.Read(step);
            var changed = false;
            if (next <= desk.Now)
            {
                var timed = desk.Time(desk.Now);
                after?.Invoke(timed);
                changed = true;
            }
            if (changed) Arm();
            if (command is not null)
            {
                var decision = desk.Do(command);
                decided?.Invoke(command, decision);
                after?.Invoke(decision.Events);
                changed = true;
            }
            else if (quote is { } q)
            {
                var hit = watch.Any(t => t.Symbol == q.Symbol && !(q.Time < t.NotBefore) && t.IsReachedBy(t.Source == PriceSource.Bid ? q.Bid : q.Ask));
                var events = desk.Quote(q.Symbol, q.Bid, q.Ask);
                quoted?.Invoke(hit, events);
                after?.Invoke(events);
                changed = hit;
            }
            if (changed) Arm();
        }

        void Arm()
        {
            watch = BrokerEngine.WatchList(desk.State, desk.Board, desk.Settings);
            next = BrokerEngine.NextTimeEvent(desk.State, desk.Board, desk.Settings, desk.Now);
        }
    }

    [Fact]
    public void No_quote_that_hits_no_watched_price_changes_anything()
    {
        var (quotes, hits, acts) = (0, 0, 0);
        var kinds = new Dictionary<string, int>();
        Check(300, (config, steps) => Play(new RandomDesk(config), steps,
            after: events => { foreach (var e in events) kinds[e.Kind] = kinds.GetValueOrDefault(e.Kind) + 1; },
            quoted: (hit, events) =>
            {
                (quotes, hits, acts) = (quotes + 1, hits + (hit ? 1 : 0), acts + (events.Count > 0 ? 1 : 0));
                if (!hit) events.Select(e => e.ToString()).ShouldBeEmpty("no trigger was hit");
            }));

        // The property would also hold of a list that always fires: most quotes must pass unwatched.
        hits.ShouldBeLessThan(quotes / 2, $"{quotes} quotes, {hits} hits, {acts} with events");
        acts.ShouldBeGreaterThan(1_000);
        foreach (var kind in new[] { "stoppedOut", "marginCalled", "marginRecovered", "orderStopTouched", "orderExpired", "positionModified", "swapCharged", "orderRejected" })
            kinds.ShouldContainKey(kind);
    }

    [Fact]
    public void Nothing_makes_more_entries_at_once_than_its_bound()
    {
        var most = 0;
        Check(200, (config, steps) =>
        {
            var random = new RandomDesk(config);
            var max = BrokerEngine.EntriesMax(random.Desk.Settings) - RolloverEngine.PassMax;
            Play(random, steps, after: events =>
            {
                var count = events.Count(e => e is not SwapCharged);
                count.ShouldBeLessThanOrEqualTo(max);
                most = Math.Max(most, count);
            });
        });
        most.ShouldBeGreaterThan(10);
    }

    /// <summary>
    /// Arming takes its time, and quotes come meanwhile that nobody in the account hears of. Once everything stands in its book, and has fired there
    /// where the last quote is beyond it, nothing is left that this quote should have closed.
    /// </summary>
    [Fact]
    public void No_level_stands_beyond_the_last_quote_once_it_has_been_armed()
    {
        var (late, closed) = (0, 0);
        Check(150, (config, steps) =>
        {
            var random = new RandomDesk(config);
            var desk = random.Desk;
            desk.Settings = desk.Settings with { LiquidityLots = null };
            var books = RandomDesk.Symbols.ToDictionary(s => s, s => new TriggerBook(s));
            var judged = new Dictionary<string, Quote>();
            foreach (var step in steps)
            {
                var (quote, command) = random.Read(step);
                if (command is not null) desk.Do(command);
                if (quote is { } q)
                {
                    desk.Board.Update(q);
                    Fire(q);
                }
                if (step.B % 3 == 0) Settle();
            }

            void Settle()
            {
                for (var round = 0; ; round++)
                {
                    round.ShouldBeLessThan(200, "arming and firing chase each other");
                    var list = BrokerEngine.WatchList(desk.State, desk.Board, desk.Settings, judged);
                    var fired = false;
                    foreach (var (symbol, book) in books)
                    {
                        book.Replace(desk.State.AccountId, [.. list.Where(t => t.Symbol == symbol)]);
                        fired |= Fire(desk.Board.LastQuote(symbol)!.Value);
                        if (fired) break;
                    }
                    if (fired) late++;
                    else break;
                }
                foreach (var p in desk.State.Positions.Values)
                {
                    var last = desk.Board.LastQuote(p.Symbol)!.Value;
                    // What a quote opens is looked at again with the next.
                    if (p.OpenedAt >= last.Time || !desk.Board.FindInstrument(p.Symbol)!.Schedule.IsOpen(desk.Now)) continue;
                    var close = last.ClosePrice(p.Side);
                    var sign = p.Side == Side.Buy ? 1 : -1;
                    (sign * (close - p.StopLoss) <= 0 || sign * (close - p.TakeProfit) >= 0).ShouldBeFalse($"{p} at {last}");
                }
            }

            bool Fire(Quote quote)
            {
                var hits = new List<PriceTrigger>();
                if (books[quote.Symbol].Fire(quote, hits) == 0) return false;
                var events = BrokerEngine.OnQuote(desk.State, quote, desk.Board, desk.Settings, desk.Now, BrokerEngine.CameAt(desk.State, hits, quote.Time));
                desk.Append(events);
                closed += events.Count(e => e is DealExecuted);
                judged[quote.Symbol] = quote;
                return true;
            }
        });
        late.ShouldBeGreaterThan(300);
        closed.ShouldBeGreaterThan(300);
    }

    [Fact]
    public void Every_ledger_keeps_the_invariants() => Check(200, (config, steps) =>
    {
        var random = new RandomDesk(config);
        var desk = random.Desk;
        Play(random, steps, after: _ => Invariants(desk));
        BalanceIdentity(desk);
    });

    private static void Invariants(Desk desk)
    {
        var state = desk.State;
        state.OpenTrades.Values.Where(t => !t.IsClosed).Select(t => t.Id).ShouldBe(state.Positions.Keys, ignoreOrder: true);
        state.OpenTrades.Values.Where(t => t.IsClosed).ShouldAllBe(t => state.Orders.ContainsKey(t.Id), "their orders may fill");
        foreach (var p in state.Positions.Values)
        {
            p.Volume.ShouldBeGreaterThan(0);
            (p.Volume % 0.01m).ShouldBe(0);
            p.PeakVolume.ShouldBeGreaterThanOrEqualTo(p.Volume);
            var trade = state.OpenTrades[p.Id];
            (trade.Volume - trade.ClosedVolume).ShouldBe(p.Volume);
            trade.IsClosed.ShouldBeFalse();
        }
        foreach (var o in state.Orders.Values)
        {
            o.IsFinal.ShouldBeFalse();
            o.FilledVolume.ShouldBeLessThan(o.Volume);
            (o.Volume % 0.01m).ShouldBe(0);
        }
        if (state.Mode == PositionMode.Netting) state.Positions.Values.Select(p => p.Symbol).ShouldBeUnique();
        state.Positions.Count.ShouldBeLessThanOrEqualTo(12);
        var figures = desk.Figures;
        figures.IsComplete.ShouldBeTrue();
        figures.Margin.ShouldBeGreaterThanOrEqualTo(0);
    }

    private static void BalanceIdentity(Desk desk)
    {
        var events = desk.Ledger.Select(e => e.Event).ToList();
        var deals = events.OfType<DealExecuted>().Select(e => e.Deal).ToList();
        var moved = events.OfType<BalanceAdjusted>().Where(e => e.Reason != BalanceReason.Credit).Sum(e => e.Amount);
        desk.State.Balance.ShouldBe(moved + deals.Sum(d => d.Profit + d.Commission + d.Swap));
        desk.State.Balance.ShouldBe(Currencies.Round(desk.State.Balance, desk.State.Currency));
        deals.Select(d => d.Id).ShouldBeUnique();
        events.OfType<OrderSubmitted>().Select(e => e.Order.Id).ShouldBeUnique();

        // What was bought less what was sold is what is held, symbol by symbol.
        foreach (var symbol in RandomDesk.Symbols)
        {
            var net = deals.Where(d => d.Symbol == symbol).Sum(d => d.Side == Side.Buy ? d.Volume : -d.Volume);
            desk.State.Positions.Values.Where(p => p.Symbol == symbol).Sum(p => p.Side == Side.Buy ? p.Volume : -p.Volume).ShouldBe(net);
        }

        // The trades' totals are the deals' totals, and a trade's id is never used for another; one that has no row is told by its position.
        var trades = new Dictionary<Guid, Trade>();
        var firstStops = new Dictionary<Guid, decimal?>();
        var state = AccountState.Empty;
        foreach (var entry in desk.Ledger)
        {
            var (next, changes) = AccountProjection.Fold(state, [entry]);
            foreach (var t in changes.Trades)
            {
                if (trades.TryGetValue(t.Id, out var known)) known.IsClosed.ShouldBeFalse();
                trades[t.Id] = t;
            }
            foreach (var p in changes.Positions) firstStops.TryAdd(p.Id, changes.Account.OpenTrades[p.Id].InitialStopLoss);
            state = next;
            foreach (var (id, open) in state.OpenTrades)
                (trades.GetValueOrDefault(id) ?? Trade.JustOpened(state.Positions[id]) with { InitialStopLoss = firstStops[id] }).ShouldBe(open);
        }
        foreach (var (id, open) in state.OpenTrades) trades.TryAdd(id, open);
        trades.Values.Sum(t => t.NetProfit).ShouldBe(deals.Sum(d => d.Profit + d.Commission + d.Swap));
        trades.Values.Where(t => !t.IsClosed).Select(t => t.Id).ShouldBe(state.Positions.Keys, ignoreOrder: true);
        trades.Values.Where(t => t.IsClosed).ShouldAllBe(t => t.Volume == t.ClosedVolume);
    }

    [Fact]
    public void A_prefix_and_the_rest_fold_to_the_whole_also_through_stored_text() => Check(60, (config, steps) =>
    {
        var random = new RandomDesk(config);
        Play(random, steps);
        var ledger = random.Desk.Ledger;
        var text = ledger.Select(e => JsonSerializer.Serialize(e, DomainJson.Options)).ToList();
        var read = text.Select(t => JsonSerializer.Deserialize<LedgerEntry>(t, DomainJson.Options)!).ToList();
        var whole = Json(random.Desk.State);
        foreach (var cut in new[] { 1, ledger.Count / 3, ledger.Count - 1 }.Where(c => c > 0))
        {
            var (prefix, _) = AccountProjection.Fold(AccountState.Empty, read[..cut]);
            var snapshot = JsonSerializer.Deserialize<AccountState>(Json(prefix), DomainJson.Options)!;
            Json(AccountProjection.Fold(snapshot, read[cut..]).After).ShouldBe(whole);
        }
    });

    [Fact]
    public void A_draft_that_is_decided_on_holds_what_folding_its_entries_gives()
    {
        var (refused, tried) = (0, 0);
        Check(60, (config, steps) =>
        {
            var random = new RandomDesk(config);
            var desk = random.Desk;
            var (before, draft, decided) = (desk.State, new LedgerDraft(desk.State), false);
            Play(random, steps,
                decided: (command, decision) =>
                {
                    var again = BrokerEngine.Decide(draft, command, desk.Board, desk.Settings, desk.Now);
                    again.Retcode.ShouldBe(decision.Retcode, again.Message);
                    (refused, tried) = (refused + (again.Accepted ? 0 : 1), tried + 1);
                    decided = true;
                },
                after: events =>
                {
                    if (!decided) draft.Add(events, desk.Now);
                    decided = false;
                    Json(draft.State).ShouldBe(Json(desk.State));
                    var folded = AccountProjection.Fold(before, draft.Entries);
                    Json(folded.After).ShouldBe(Json(draft.State));
                    Rows(draft.Changes()).ShouldBe(Rows(folded.Changes));
                    if (draft.Entries.Count > 12) (before, draft) = (desk.State, new LedgerDraft(desk.State));
                });
        });
        refused.ShouldBeGreaterThan(tried / 20);

        static string Rows(AccountChanges changes) => JsonSerializer.Serialize(changes, DomainJson.Options);
    }

    [Fact]
    public void A_command_given_again_changes_nothing() => Check(60, (config, steps) =>
    {
        var random = new RandomDesk(config);
        var desk = random.Desk;
        Play(random, steps, decided: (command, decision) =>
        {
            if (!decision.Accepted || command is not (PlaceOrder or ClosePosition or CloseBy)) return;
            var again = BrokerEngine.Decide(desk.State, command, desk.Board, desk.Settings, desk.Now);
            again.Events.ShouldBeEmpty();
            again.IsDuplicate.ShouldBeTrue();
            again.Accepted.ShouldBeTrue();
        });
    });

    [Fact]
    public void A_decision_depends_on_its_arguments_alone() => Check(30, (config, steps) =>
    {
        var (a, b) = (new RandomDesk(config), new RandomDesk(config));
        Play(a, steps);
        Play(b, steps);
        Json(a.Desk.State).ShouldBe(Json(b.Desk.State));
        b.Desk.Ledger.Select(e => JsonSerializer.Serialize(e, DomainJson.Options)).ShouldBe(a.Desk.Ledger.Select(e => JsonSerializer.Serialize(e, DomainJson.Options)));
    });
}
