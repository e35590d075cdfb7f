using ActorTrading.Domain;
using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Mt5.Tests.Reconciliation;

/// <summary>
/// A ledger beside the simulated broker: orders of ours whose answers come, get lost, or that are never sent, trades by hand, stops and pending
/// orders that the market reaches, and now and then a comparison.
/// </summary>
public sealed class LedgerProperties
{
    private enum Act { Buy, Sell, Limit, Stop, Close, CloseHalf, Cancel, TakeBack, Quote, Compare }

    private enum How { Answered, Lost, Unsent, ByHand }

    private sealed record Step(Act Act, How How, int Pick, int Size);

    private static readonly Gen<List<Step>> Stories = Gen.ListOf(
        from act in Gen.Elements(Enum.GetValues<Act>())
        from how in Gen.Elements(Enum.GetValues<How>())
        from pick in Gen.Choose(0, 9)
        from size in Gen.Choose(1, 4)
        select new Step(act, how, pick, size)).Select(l => l.ToList());

    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(150).WithEndSize(40);

    [Theory]
    [InlineData(PositionMode.Hedging)]
    [InlineData(PositionMode.Netting)]
    public void After_a_comparison_the_ledger_holds_what_the_terminal_holds_and_nothing_done_is_done_again(PositionMode mode) =>
        Prop.ForAll(Arb.From(Stories), story =>
        {
            using var world = new BrokerWorld(mode);
            var ledger = new Ledger(world, mode);
            try
            {
                story.ForEach(ledger.Do);
                ledger.Compare();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{string.Join(Environment.NewLine, ledger.Log)}{Environment.NewLine}{e.Message}", e);
            }
        }).Check(Config);

    private sealed class Ledger
    {
        private static readonly Guid Id = DeterministicId.FromNumbers(9, 11);
        private readonly MarketBoard _market = new([SimulatedPair.Eurusd]);
        private readonly BrokerWorld _world;
        private readonly HashSet<Guid> _unsent = [];
        private readonly HashSet<Guid> _takenBack = [];
        private int _orders, _lostAndDone;
        private bool _inDoubt;
        private AccountState _state = AccountState.Empty;

        /// <summary>What happened, for a story that fails.</summary>
        public List<string> Log { get; } = [];

        public Ledger(BrokerWorld world, PositionMode mode)
        {
            _world = world;
            Add(new AccountOpened(Guid.Empty, "a", AccountKind.Mt5, mode, "USD", 100));
            Compare();
        }

        public void Do(Step step)
        {
            switch (step.Act)
            {
                case Act.Quote:
                    Log.Add($"quote {1.05m + step.Pick * 0.01m}");
                    _world.Quote(1.05m + step.Pick * 0.01m);
                    break;
                case Act.Compare:
                    Compare();
                    break;
                case Act.TakeBack:
                    TakeBack(step.Pick);
                    break;
                case var act when step.How == How.ByHand:
                    ByHand(act, step.Pick, step.Size);
                    break;
                default:
                    Command(step);
                    break;
            }
        }

        public void Compare()
        {
            var seen = _world.Look();
            Log.Add($"compare {string.Join(", ", seen.Positions.Select(p => $"{p.Ticket % 1000} {p.Side} {p.Volume}"))} deals {string.Join(", ", seen.Deals.Where(d => d.IsExecution && d.Ticket > _state.LastDealTicket).Select(d => $"{d.Ticket % 1000} {d.Kind} {d.Entry} {d.Volume} at {d.Price}"))}");
            var result = LedgerReconciler.Reconcile(_state, SettledSnapshot.TryCreate(seen, seen)!, _world.Now, _unsent);
            result.Ambiguous.ShouldBeEmpty();
            result.Unbookable.ShouldBeEmpty();
            _unsent.ShouldBeSubsetOf(result.NotExecuted);
            var doubtful = _state.Orders.Values.Where(o => o.Status == OrderStatus.Submitted && !_unsent.Contains(o.Id)).Select(o => o.Id).ToList();
            doubtful.Count(id => !result.NotExecuted.Contains(id)).ShouldBeGreaterThanOrEqualTo(_lostAndDone, "what was done would be done again");
            foreach (var fact in result.Facts)
            {
                Log.Add($"  {fact.Kind} {fact.OrderTicket ?? fact.PositionTicket} {fact.DealTicket} {fact.Volume} {fact.Left}");
                Observe(fact);
            }

            // What was not done comes too late, unless it is taken back.
            foreach (var id in result.NotExecuted.Where(id => !_takenBack.Contains(id)))
            {
                var isOrder = _state.Orders.ContainsKey(id);
                if (isOrder && TerminalBook.IsTakenBack(_state, id))
                {
                    var kind = _unsent.Contains(id) ? TerminalFactKind.Cancelled : TerminalFactKind.NotExecuted;
                    Observe(new TerminalFact { Kind = kind, OrderId = id, Reason = DealReason.Client, Attempt = _state.Orders[id].Attempt, At = _world.Now });
                    _state.Orders.ShouldNotContainKey(id);
                    continue;
                }

                Observe(new TerminalFact { Kind = TerminalFactKind.Rejected, OrderId = isOrder ? id : null, RequestId = isOrder ? null : id, Retcode = Retcode.Timeout, At = _world.Now });
            }

            // What had been placed in spite of it is cancelled there.
            foreach (var request in _state.Requests.Values.ToList())
            {
                _takenBack.ShouldContain(request.Id);
                var ticket = _state.Orders.GetValueOrDefault(request.OrderId!.Value)?.BrokerTicket;
                var done = LedgerReconciler.RequestOf(null, request, null, ticket, false, false) is { } cancel && _world.Send(cancel).Succeeded;
                Log.Add($"  cancel {ticket}: {done}");
                Observe(new TerminalFact { Kind = done ? TerminalFactKind.Modified : TerminalFactKind.Rejected, RequestId = request.Id, Retcode = done ? Retcode.Done : Retcode.PositionClosed, At = _world.Now });
                seen = _world.Look();
            }

            _takenBack.Clear();
            _state.Positions.Values.Select(p => (p.BrokerTicket, p.Side, p.Volume)).Order().ShouldBe(seen.Positions.Select(p => ((long?)p.Ticket, p.Side, p.Volume)).Order());
            _state.Orders.Values.Select(o => (o.BrokerTicket, o.Side, o.Type)).Order().ShouldBe(seen.Orders.Select(o => ((long?)o.Ticket, o.Side, o.Type)).Order());
            _state.Requests.ShouldBeEmpty();
            _state.Balance.ShouldBe(seen.Account.Balance);
            foreach (var fact in LedgerReconciler.Reconcile(_state, SettledSnapshot.TryCreate(seen, seen)!, _world.Now).Facts)
            {
                TerminalBook.Observe(_state, fact, _market).ShouldBeEmpty();
            }

            _unsent.Clear();
            (_lostAndDone, _inDoubt) = (0, false);
        }

        private void TakeBack(int pick)
        {
            var waiting = _state.Orders.Values.Where(o => o.Status == OrderStatus.Submitted).OrderBy(o => o.Id).ToList();
            if (waiting.Count > 0)
            {
                var order = waiting[pick % waiting.Count];
                foreach (var happened in TerminalBook.Decide(_state, new CancelOrder(order.Id), SimulatedPair.Eurusd, _world.Now).Events)
                {
                    Add(happened);
                    _takenBack.Add(((RequestSubmitted)happened).Request.Id);
                }

                Log.Add($"take back {order.ClientOrderId}");
            }
        }

        private void ByHand(Act act, int pick, int size)
        {
            var name = $"h{++_orders}";
            var seen = _world.Look();
            var position = seen.Positions.Length > 0 ? seen.Positions[pick % seen.Positions.Length] : null;
            var order = seen.Orders.Length > 0 ? seen.Orders[pick % seen.Orders.Length] : null;
            var request = act switch
            {
                Act.Buy or Act.Sell => TradeRequest.Market(name, "EURUSD", SideOf(act), size * 0.1m, StopOf(SideOf(act), pick)),
                Act.Limit => TradeRequest.Pending(name, "EURUSD", Side.Buy, OrderType.Limit, size * 0.1m, _world.Bid - 0.015m),
                Act.Stop => TradeRequest.Pending(name, "EURUSD", Side.Sell, OrderType.Stop, size * 0.1m, _world.Bid - 0.015m),
                Act.Close => position is null ? null : TradeRequest.ClosePosition(name, position.Ticket),
                Act.CloseHalf => position is null ? null : TradeRequest.ClosePartial(name, position.Ticket, Math.Max(0.01m, Math.Round(position.Volume / 2, 2))),
                // Placed without an answer and cancelled by hand leaves no trace at all.
                _ => order is null || _inDoubt ? null : TradeRequest.CancelOrder(name, order.Ticket),
            };
            if (request is not null)
            {
                Log.Add($"hand {request.Action} {request.Ticket} {request.Volume}");
                _world.Send(request);
            }
        }

        private void Command(Step step)
        {
            var id = DeterministicId.FromNumbers(12, ++_orders);
            var name = $"o{_orders}";
            var side = SideOf(step.Act);
            var position = _state.Positions.Values.OrderBy(p => p.BrokerTicket).ElementAtOrDefault(step.Pick % Math.Max(1, _state.Positions.Count));
            var resting = _state.Orders.Values.Where(o => o.BrokerTicket is not null).OrderBy(o => o.BrokerTicket).FirstOrDefault();
            TradeCommand? command = step.Act switch
            {
                Act.Buy or Act.Sell or Act.Limit or Act.Stop => new PlaceOrder
                {
                    OrderId = id,
                    ClientOrderId = name,
                    Symbol = "EURUSD",
                    Side = side,
                    Type = step.Act switch { Act.Limit => OrderType.Limit, Act.Stop => OrderType.Stop, _ => OrderType.Market },
                    Volume = step.Size * 0.1m,
                    Price = step.Act is Act.Limit or Act.Stop ? _world.Bid - 0.015m : null,
                    StopLoss = step.Act is Act.Buy or Act.Sell ? StopOf(side, step.Pick) : null,
                },
                Act.Close => position is null ? null : new ClosePosition(id, name, position.Id, null),
                Act.CloseHalf => position is null ? null : new ClosePosition(id, name, position.Id, Math.Max(0.01m, Math.Round(position.Volume / 2, 2))),
                _ => resting is null ? null : new CancelOrder(resting.Id),
            };
            if (command is null)
            {
                return;
            }

            var events = TerminalBook.Decide(_state, command, SimulatedPair.Eurusd, _world.Now).Events;
            foreach (var happened in events)
            {
                Add(happened);
            }

            var order = events.OfType<OrderSubmitted>().SingleOrDefault()?.Order;
            var change = events.OfType<RequestSubmitted>().SingleOrDefault()?.Request;
            if (order is null && change is null)
            {
                return;
            }

            var partial = order?.ClosesPositionId is not null && order.RemainingVolume < position!.Volume;
            var request = LedgerReconciler.RequestOf(order, change, position?.BrokerTicket, resting?.BrokerTicket, partial, _state.Mode == PositionMode.Netting)!;
            if (_inDoubt || step.How == How.Unsent || (request.Against is { } against && !_world.Look().Positions.Any(p => p.Side != against && p.Ticket == request.Ticket && p.Volume >= request.Volume)))
            {
                // Nothing is sent before the comparison that an order in doubt waits for.
                if (order is not null)
                {
                    _unsent.Add(id);
                }

                return;
            }

            var answer = _world.Send(request);
            Log.Add($"{step.How} {name} {request.Action} {request.Ticket} {request.Volume}: {answer.Retcode} {answer.Order} {answer.Volume}");
            if (step.How == How.Lost || answer.Volume > (order?.RemainingVolume ?? answer.Volume))
            {
                _inDoubt = true;
                _lostAndDone += order is not null && answer.Succeeded && request.Action != TradeAction.PositionClose ? 1 : 0;
                return;
            }

            Observe(new TerminalFact
            {
                Kind = !answer.Succeeded ? TerminalFactKind.Rejected : order is null ? TerminalFactKind.Modified : order.IsPending ? TerminalFactKind.Placed : TerminalFactKind.Filled,
                OrderId = order?.Id,
                RequestId = change?.Id,
                OrderTicket = answer.Order,
                Volume = answer.Volume,
                Price = answer.Price,
                Retcode = answer.Retcode,
                At = _world.Now,
            });
            if (order is { IsPending: false } && answer.Succeeded && answer.Volume < order.RemainingVolume)
            {
                Observe(new TerminalFact { Kind = TerminalFactKind.Cancelled, OrderId = order.Id, At = _world.Now });
            }
        }

        private static Side SideOf(Act act) => act is Act.Buy or Act.Limit ? Side.Buy : Side.Sell;

        private decimal? StopOf(Side side, int pick) => pick % 2 == 0 ? null : _world.Bid + (side == Side.Buy ? -0.015m : 0.015m);

        private void Observe(TerminalFact fact)
        {
            foreach (var happened in TerminalBook.Observe(_state, fact, _market))
            {
                Add(happened);
            }
        }

        private void Add(LedgerEvent happened) => _state = _state.Apply(new LedgerEntry(Id, _state.Seq + 1, _world.Now, happened));
    }
}
