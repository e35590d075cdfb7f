using ActorTrading.Domain;

namespace ActorTrading.Domain.Tests.Ledger;

public class IdTests
{
    private static readonly Guid Link = new("018e0000-0000-7000-8000-000000000001");

    [Fact]
    public void Ids_are_version_8_and_a_function_of_their_cause()
    {
        var id = DeterministicId.Create(Link, "deal:1");
        id.ShouldBe(DeterministicId.Create(Link, "deal:1"));
        id.ShouldBe(DeterministicId.ForDeal(Link, 1));
        id.Version.ShouldBe(8);
        (id.Variant & 0xC).ShouldBe(8);
        new[] { id, DeterministicId.Create(Link, "deal:2"), DeterministicId.Create(Guid.Empty, "deal:1"), DeterministicId.Create(Link, "") }.ShouldBeUnique();
        // sha256(namespace bytes ‖ name), the version and variant set: computed with another implementation.
        id.ToString().ShouldBe("3506abf1-526c-83ab-a746-ab97ccd94de7");
        DeterministicId.Create(Link, new string('ä', 5_000)).Version.ShouldBe(8);
    }

    [Fact]
    public void Copy_order_ids_are_short_ascii_and_differ_by_link_entry_and_part()
    {
        var ids = new List<string>();
        for (var seq = 1; seq <= 200; seq++)
            for (var part = 0; part < 3; part++)
            {
                ids.Add(ClientOrderIds.ForCopy(Link, seq, part));
                ids.Add(ClientOrderIds.ForCopy(Guid.Empty, seq, part));
            }
        ids.ShouldBeUnique();
        ids.ShouldAllBe(id => id.Length == 27 && id[0] == 'C' && ClientOrderIds.IsValid(id));
        ClientOrderIds.ForCopy(Link, 1, 0).ShouldBe("CY78EKF2H63PS1Q494YV64GTAAY");
    }

    [Fact]
    public void An_orders_own_id_is_written_in_full()
    {
        ClientOrderIds.ForOrder(Guid.Empty).ShouldBe("N" + new string('0', 26));
        ClientOrderIds.ForServer(new Guid("ffffffff-ffff-ffff-ffff-ffffffffffff")).ShouldBe("S" + new string('Z', 25) + "W");
    }
}
