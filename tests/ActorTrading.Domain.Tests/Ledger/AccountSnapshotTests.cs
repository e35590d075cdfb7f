using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ActorTrading.Domain;
using ActorTrading.Domain.Tests.Broker;
using ActorTrading.Domain.Tests.Copying;
using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Domain.Tests.Ledger;

/// <summary>Wherever a ledger is cut, the snapshot there and the entries after it give what all of it gives, at every later entry.</summary>
public class AccountSnapshotTests
{
    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(40);

    [Fact]
    public void Of_trading_on_paper() => Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => EveryCut(Traded(seed, 250), new Random(seed))).Check(Config);

    [Fact]
    public void Of_leaders_and_followers() => Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var scene = new CopyScene((PositionMode)random.Next(2), 1_000_000m);
        for (var i = 0; i < 2; i++)
            scene.Follow(new LinkSettings { Sizing = new SizingSettings { Mode = SizingMode.None, Multiplier = 0.7m }, Reverse = i == 1 }, (PositionMode)i, 1_000_000m);
        var leader = new RandomLeader(scene, random);
        for (var step = 0; step < 40; step++)
        {
            leader.Step(pendings: true);
            scene.Sync();
        }
        EveryCut(scene.Leader.Ledger, random);
        foreach (var link in scene.Links) EveryCut(link.Follower.Ledger, random);
    }).Check(Config);

    [Fact]
    public void Of_an_account_at_a_terminal()
    {
        var events = new List<LedgerEvent>
        {
            new AccountOpened(Guid.NewGuid(), "t", AccountKind.Mt5, PositionMode.Hedging, "USD", 100),
            new BalanceAdjusted(1_000.00m, BalanceReason.Reconciliation, "terminal") { OperationId = Guid.NewGuid() },
        };
        var state = AccountState.Empty;
        var market = new MarketBoard(InstrumentCatalog.All);
        var ledger = new List<LedgerEntry>();
        Add();
        for (var i = 1; i <= 6; i++)
        {
            var id = DeterministicId.FromNumbers(3, i);
            events.AddRange(TerminalBook.Decide(state, new PlaceOrder
            {
                OrderId = id, ClientOrderId = $"o{i}", Symbol = "EURUSD", Side = (Side)(i % 2), Type = OrderType.Market, Volume = 0.10m, TrailingPoints = 100, Comment = "c",
                Copy = new CopyOrigin(Guid.NewGuid(), Guid.NewGuid(), i, Guid.NewGuid(), null),
            }, InstrumentCatalog.Get("EURUSD"), Desk.Start).Events);
            Add();
            Fact(new TerminalFact { Kind = TerminalFactKind.Requoted, OrderId = id, Retcode = Retcode.Requote, At = Desk.Start });
            Fact(new TerminalFact { Kind = TerminalFactKind.Filled, OrderId = id, OrderTicket = i, Volume = 0.10m, Price = 1.1m, At = Desk.Start });
            events.AddRange(TerminalBook.Decide(state, new ModifyPosition(id, 1.05m, 1.2m, 70), InstrumentCatalog.Get("EURUSD"), Desk.Start).Events);
            Add();
            if (i % 3 == 0) Fact(new TerminalFact { Kind = TerminalFactKind.Reconciled, DealTicket = i, Balance = 1_000m, Unconfirmed = [state.UnconfirmedFills[^1].Id], At = Desk.Start });
        }
        (state.Requests.Count, state.UnconfirmedFills.Count, state.Positions.Count).ShouldBe((6, 1, 6));
        EveryCut(ledger, new Random(1));

        void Fact(TerminalFact fact)
        {
            events.AddRange(TerminalBook.Observe(state, fact, market));
            Add();
        }

        void Add()
        {
            foreach (var entry in AccountProjection.Entries(DeterministicId.FromNumbers(1, 1), state.Seq, events, Desk.Start))
            {
                ledger.Add(entry);
                state = state.Apply(entry);
            }
            events.Clear();
        }
    }

    [Fact]
    public void What_is_no_snapshot_is_said_to_be_none()
    {
        var good = AccountSnapshot.Write(Traded(1, 50).Aggregate(AccountState.Empty, (s, e) => s.Apply(e)));
        foreach (var bad in new byte[][] { [], [1, 2, 3], good[..(good.Length / 2)] })
            Should.Throw<InvalidDataException>(() => AccountSnapshot.Read(bad));
    }

    /// <summary>
    /// A fold that makes something else of the same entries must not go on from snapshots of the one before. Where this fails because
    /// <see cref="AccountState.Apply(LedgerEntry)"/> was changed on purpose: raise <see cref="AccountSnapshot.Fold"/> and put the new digest here.
    /// </summary>
    [Fact]
    public void The_fold_is_the_one_that_its_number_stands_for()
    {
        var states = Kept().GroupBy(e => e.AccountId).Select(g => g.Aggregate(AccountState.Empty, (s, e) => s.Apply(e)))
            .Select(s => WithoutRecent(s) + string.Concat(s.RecentOrders.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => Json(r.Value))));
        $"{AccountSnapshot.Fold} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(states))))[..16]}".ShouldBe("4 98cfe42ee552fa1f");
    }

    [Fact]
    public void The_version_names_fold_and_shape() => AccountSnapshot.Version.ShouldMatch("^4-[0-9a-f]{24}$");

    /// <summary>Entries of three accounts, as they were stored once.</summary>
    private static IEnumerable<LedgerEntry> Kept()
    {
        using var lines = new StreamReader(typeof(AccountSnapshotTests).Assembly.GetManifestResourceStream("kept-ledger.jsonl")!);
        while (lines.ReadLine() is { } line) yield return JsonSerializer.Deserialize<LedgerEntry>(line, DomainJson.Options)!;
    }

    private static List<LedgerEntry> Traded(int seed, int steps)
    {
        var random = new Random(seed);
        var desk = new RandomDesk(random.Next(1_000));
        for (var i = 0; i < steps; i++)
        {
            var (quote, command) = desk.Read(new Step((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256), (short)random.Next(short.MinValue, short.MaxValue)));
            if (command is not null) desk.Desk.Do(command);
            else if (quote is { } q) desk.Desk.Quote(q.Symbol, q.Bid, q.Ask);
        }
        return desk.Desk.Ledger;
    }

    private static void EveryCut(IReadOnlyList<LedgerEntry> ledger, Random random)
    {
        var whole = new List<string> { Json(AccountState.Empty) };
        var state = AccountState.Empty;
        foreach (var entry in ledger)
        {
            state = state.Apply(entry);
            whole.Add(Json(state));
        }

        foreach (var cut in Enumerable.Range(0, 12).Select(_ => random.Next(1, ledger.Count + 1)).Append(ledger.Count).Distinct())
        {
            var restored = AccountSnapshot.Read(AccountSnapshot.Write(ledger.Take(cut).Aggregate(AccountState.Empty, (s, e) => s.Apply(e))));
            Json(restored).ShouldBe(whole[cut]);
            for (var i = cut; i < ledger.Count; i++)
            {
                restored = restored.Apply(ledger[i]);
                if (i % 7 == 0 || i == ledger.Count - 1) Json(restored).ShouldBe(whole[i + 1]);
            }
        }
    }

    /// <summary>Their order is in the property behind them, which stays.</summary>
    private static string WithoutRecent(AccountState state)
    {
        var json = Json(state);
        var (from, to) = (json.IndexOf("\"recentOrders\":{", StringComparison.Ordinal), json.IndexOf(",\"recentOrderIds\"", StringComparison.Ordinal));
        return $"{json[..from]}\"recentOrders\":{{}}{json[to..]}";
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, DomainJson.Options);
}
