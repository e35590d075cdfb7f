using System.Text;
using System.Text.Json;
using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;
using ActorTrading.Mt5.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Mt5.Tests.Reconciliation;

/// <summary>Random trading at the simulated broker, seen through its own answers: no sockets, the whole protocol.</summary>
public sealed class SnapshotProperties
{
    private enum Act { Buy, Sell, BuyLimit, Close, CloseHalf, Levels, Cancel, Quote }

    private static readonly Gen<List<(Act Act, int Pick, int Size)>> Stories =
        Gen.ListOf(Gen.Zip(Gen.Elements(Enum.GetValues<Act>()), Gen.Zip(Gen.Choose(0, 9), Gen.Choose(1, 9))).Select(x => (x.Item1, x.Item2.Item1, x.Item2.Item2)))
            .Select(l => l.ToList());

    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(30);

    [Theory]
    [InlineData(PositionMode.Hedging)]
    [InlineData(PositionMode.Netting)]
    public void What_the_deals_add_up_to_is_what_the_positions_show(PositionMode mode) =>
        Prop.ForAll(Arb.From(Stories), story =>
        {
            using var world = new World(mode);
            foreach (var step in story)
            {
                world.Do(step.Act, step.Pick, step.Size);
                var seen = world.Look();
                seen.Unidentified.ShouldBeEmpty();
                seen.PositionsAreComplete.ShouldBeTrue();
                foreach (var held in DealFold.Held(seen.Deals))
                    held.Volume.ShouldBe(seen.Positions.Where(p => p.Symbol == held.Symbol && p.Side == held.Side).Sum(p => p.Volume));
            }
        }).Check(Config);

    [Theory]
    [InlineData(PositionMode.Hedging)]
    [InlineData(PositionMode.Netting)]
    public void The_changes_lead_from_the_one_state_to_the_other(PositionMode mode) =>
        Prop.ForAll(Arb.From(Stories), Arb.From(Stories), (first, second) =>
        {
            using var world = new World(mode);
            first.ForEach(s => world.Do(s.Act, s.Pick, s.Size));
            var before = world.Look();
            SnapshotDiff.Compute(before, before).ShouldBeEmpty();
            second.ForEach(s => world.Do(s.Act, s.Pick, s.Size));
            var after = world.Look();

            var positions = before.Positions.ToDictionary(p => p.Ticket);
            var orders = before.Orders.ToDictionary(o => o.Ticket);
            foreach (var change in SnapshotDiff.Compute(before, after))
                switch (change)
                {
                    case TerminalChange.PositionOpened c: positions.Add(c.Position.Ticket, c.Position); break;
                    case TerminalChange.PositionClosed c: positions.Remove(c.Position.Ticket).ShouldBeTrue(); break;
                    case TerminalChange.PositionResized c: positions[c.After.Ticket] = c.After; break;
                    case TerminalChange.PositionModified c: positions[c.After.Ticket] = c.After; break;
                    case TerminalChange.OrderPlaced c: orders.Add(c.Order.Ticket, c.Order); break;
                    case TerminalChange.OrderRemoved c: orders.Remove(c.Order.Ticket).ShouldBeTrue(); break;
                    case TerminalChange.OrderModified c: orders[c.After.Ticket] = c.After; break;
                }
            positions.Values.OrderBy(p => p.Ticket).ShouldBe(after.Positions);
            orders.Values.OrderBy(o => o.Ticket).ShouldBe(after.Orders);
        }).Check(Config);

    [Theory]
    [InlineData(PositionMode.Hedging)]
    [InlineData(PositionMode.Netting)]
    public void Of_requests_in_doubt_what_is_concluded_is_what_was_done(PositionMode mode) =>
        Prop.ForAll(Arb.From(Stories), Arb.From(Gen.Elements(Act.Buy, Act.Sell, Act.BuyLimit)), Arb.From(Gen.Elements(true, false)), (story, act, arrives) =>
        {
            using var world = new World(mode);
            story.ForEach(s => world.Do(s.Act, s.Pick, s.Size));
            var before = world.Look();
            var request = world.RequestOf(act, 0, 3)!;
            var done = arrives && world.Send(request).Succeeded;
            var now = world.Look();
            var outcome = OutcomeResolver.Resolve(before, SettledSnapshot.TryCreate(now, now)!, [request])[0];
            (outcome is ResolvedOutcome.Executed).ShouldBe(done, $"{outcome}");
        }).Check(Config);

    private sealed class World : IDisposable
    {
        private readonly SimulatedBroker _broker;
        private readonly EaRequestHandler _handler;
        private readonly AnswerReader _reader = new(Encoding.Latin1, new ServerClock(TimeZoneInfo.Utc));
        private DateTimeOffset _now = SimulatedPair.Start;
        private int _requests;

        public World(PositionMode mode)
        {
            var options = new SimulatedTerminalOptions { Instruments = [SimulatedPair.Eurusd], Mode = mode, Balance = 10_000_000 };
            _broker = new SimulatedBroker(options, new MarketBoard(options.Instruments), _now);
            _handler = new EaRequestHandler(options, _broker, new StreamBook(), new Dictionary<string, BarHistory>(), new Random(1));
            Quote(1.1m);
        }

        public void Do(Act act, int pick, int size)
        {
            if (act == Act.Quote)
                Quote(1.05m + size * 0.01m);
            else if (RequestOf(act, pick, size) is { } request)
                Send(request);
        }

        public TradeRequest? RequestOf(Act act, int pick, int size)
        {
            var id = $"p{++_requests}";
            var volume = size * 0.1m;
            var seen = Look();
            var position = seen.Positions.Length > 0 ? seen.Positions[pick % seen.Positions.Length] : null;
            var order = seen.Orders.Length > 0 ? seen.Orders[pick % seen.Orders.Length] : null;
            return act switch
            {
                Act.Buy => TradeRequest.Market(id, "EURUSD", Side.Buy, volume),
                Act.Sell => TradeRequest.Market(id, "EURUSD", Side.Sell, volume),
                Act.BuyLimit => TradeRequest.Pending(id, "EURUSD", Side.Buy, OrderType.Limit, volume, 1.02m + pick * 0.001m),
                Act.Close => position is null ? null : TradeRequest.ClosePosition(id, position.Ticket),
                Act.CloseHalf => position is null ? null : TradeRequest.ClosePartial(id, position.Ticket, Math.Max(0.01m, Math.Round(position.Volume / 2, 2))),
                Act.Levels => position is null ? null : TradeRequest.ModifyPosition(id, position.Ticket, position.Side == Side.Buy ? 1.0m : 1.3m, null),
                Act.Cancel => order is null ? null : TradeRequest.CancelOrder(id, order.Ticket),
                _ => null,
            };
        }

        public TradeOutcome.Answered Send(TradeRequest request)
        {
            request.Problem().ShouldBeNull();
            _now = _now.AddSeconds(1);
            return _reader.Trade(Json(_handler.Handle(RequestWriter.Trade(request), _now).Answers.ShouldHaveSingleItem()), TimeSpan.Zero);
        }

        public TerminalSnapshot Look() => TerminalSnapshot.Create(_reader.Account(Ask(RequestWriter.Plain("ACCOUNT"))), _reader.Positions(Ask(RequestWriter.Plain("POSITIONS"))),
            _reader.Orders(Ask(RequestWriter.Plain("ORDERS"))), _reader.Deals(Ask(RequestWriter.Deals())));

        public void Dispose() => _broker.Dispose();

        private void Quote(decimal bid)
        {
            _now = _now.AddSeconds(1);
            var quote = new Quote("EURUSD", bid, bid + 0.0001m, _now);
            _broker.Board.Update(quote);
            _broker.OnQuote(quote, _now, first: false);
        }

        private JsonElement Ask(byte[] request) => Json(_handler.Handle(request, _now).Answers.ShouldHaveSingleItem());

        private static JsonElement Json(byte[] answer) => JsonDocument.Parse(answer).RootElement;
    }
}
