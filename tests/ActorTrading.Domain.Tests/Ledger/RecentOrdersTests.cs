using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Domain.Tests.Ledger;

public class RecentOrdersTests
{
    /// <summary>Against a dictionary and a queue: whatever is remembered and changed, and from whichever earlier value one goes on.</summary>
    [Fact]
    public void It_is_the_newest_ids_in_their_order_whatever_happens() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(60),
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var kept = new List<(RecentOrders Value, List<(string Key, RecentOrder Order)> Model)> { (RecentOrders.Empty, []) };
            for (var step = 0; step < 700; step++)
            {
                // Mostly on from the newest value, now and then from an older one, as a decision does that is thrown away and tried again.
                var (value, model) = random.Next(8) == 0 ? kept[random.Next(kept.Count)] : kept[^1];
                model = [.. model];
                if (model.Count == 0 || random.Next(3) > 0)
                {
                    var order = Some(random);
                    var key = random.Next(4) switch
                    {
                        0 => $"o{step}",
                        1 => ClientOrderIds.ForCopy(Guid.NewGuid()),
                        2 => ClientOrderIds.ForServer(order.OrderId),
                        _ => ClientOrderIds.ForOrder(order.OrderId),
                    };
                    value = value.Remember(key, order);
                    model.Add((key, order));
                    if (model.Count > RecentOrders.Max) model.RemoveAt(0);
                }
                else
                {
                    var (at, order) = (random.Next(3) > 0 ? model.Count - 1 : random.Next(model.Count), Some(random));
                    if (random.Next(4) > 0) order = order with { OrderId = model[at].Order.OrderId };
                    value = value.Change(model[at].Key, order);
                    model[at] = (model[at].Key, order);
                }
                kept.Add((value, model));
            }

            foreach (var (value, model) in kept.Where((_, i) => i % 10 == 0 || i > 680)) Agree(value, model);
        }));

    [Fact]
    public void An_id_that_was_forgotten_or_never_known_is_not_found_and_not_changed()
    {
        var all = Enumerable.Range(0, RecentOrders.Max + 20).Aggregate(RecentOrders.Empty, (r, i) => r.Remember($"o{i}", default));
        all.Count.ShouldBe(RecentOrders.Max);
        foreach (var key in (string[])["o0", "o15", "o16", "o19", "never", ""])
        {
            all.ContainsKey(key).ShouldBeFalse();
            all.TryGetValue(key, out _).ShouldBeFalse();
            all.Change(key, new RecentOrder(Guid.NewGuid(), OrderStatus.Filled, null)).ShouldBeSameAs(all);
            Should.Throw<KeyNotFoundException>(() => all[key]);
        }
        all.ContainsKey("o20").ShouldBeTrue();
    }

    [Fact]
    public void Written_and_read_it_is_the_same()
    {
        var random = new Random(1);
        for (var count = 0; count < 300; count += 7)
        {
            var all = Enumerable.Range(0, count).Aggregate(RecentOrders.Empty, (r, i) => r.Remember($"o{i}", Some(random)));
            var state = AccountState.Empty with { RecentOrders = all };
            var read = JsonSerializer.Deserialize<AccountState>(JsonSerializer.Serialize(state, DomainJson.Options), DomainJson.Options)!;
            read.RecentOrders.ShouldBe(all);
        }
    }

    /// <summary>A process of the version before has them in no order, and their order beside them.</summary>
    [Fact]
    public void One_of_the_version_before_understands_it_and_is_understood()
    {
        var random = new Random(2);
        var all = Enumerable.Range(0, RecentOrders.Max).Aggregate(RecentOrders.Empty, (r, i) => r.Remember($"o{i}", Some(random)));
        var written = JsonSerializer.SerializeToNode(AccountState.Empty with { RecentOrders = all }, DomainJson.Options)!.AsObject();
        written["recentOrderIds"]!.AsArray().Select(id => (string)id!).ShouldBe(all.Keys);
        var orders = written["recentOrders"]!.AsObject();
        orders["o3"]!.AsObject().Select(p => p.Key).ShouldBe(["orderId", "status", .. all["o3"].Retcode is null ? (string[])[] : ["retcode"]]);

        var shuffled = orders.ToArray();
        random.Shuffle(shuffled);
        written["recentOrders"] = new JsonObject(shuffled.Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));
        var read = written.Deserialize<AccountState>(DomainJson.Options)!;
        read.RecentOrders.ShouldBe(all);
        read.RecentOrders.Remember("o256", default).Keys.First().ShouldBe("o1");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("3")]
    [InlineData("""{"a":3}""")]
    public void What_is_none_is_refused(string json) => Should.Throw<JsonException>(() => JsonSerializer.Deserialize<RecentOrders>(json, DomainJson.Options));

    private static RecentOrder Some(Random random) =>
        new(Guid.NewGuid(), (OrderStatus)random.Next(4), random.Next(2) == 0 ? null : Retcode.Reject);

    private static void Agree(RecentOrders value, List<(string Key, RecentOrder Order)> model)
    {
        value.Count.ShouldBe(model.Count);
        value.ShouldBe(model.Select(m => KeyValuePair.Create(m.Key, m.Order)));
        foreach (var (key, order) in model) value[key].ShouldBe(order);
        value.ContainsKey(ClientOrderIds.ForCopy(Guid.NewGuid())).ShouldBeFalse();
    }
}
