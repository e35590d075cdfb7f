using FsCheck;
using FsCheck.Fluent;
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
    public void An_orders_own_id_is_written_in_full()
    {
        ClientOrderIds.ForOrder(Guid.Empty).ShouldBe("N" + new string('0', 26));
        ClientOrderIds.ForServer(new Guid("ffffffff-ffff-ffff-ffff-ffffffffffff")).ShouldBe("S" + new string('Z', 25) + "W");
        ClientOrderIds.ForCopy(new Guid("3506abf1-526c-83ab-a746-ab97ccd94de7")).ShouldBe("C6M3AQWAJDJ1TQ9T6NEBWSPADWW"); // computed with another implementation
    }

    [Fact]
    public void An_id_that_was_made_here_fits_a_terminal_and_names_its_order_and_no_other() => Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.ArbFor<Guid>(), id =>
    {
        foreach (var made in (string[])[ClientOrderIds.ForOrder(id), ClientOrderIds.ForServer(id), ClientOrderIds.ForCopy(id)])
        {
            (made.Length, ClientOrderIds.IsValid(made), ClientOrderIds.IsReserved(made)).ShouldBe((27, true, true));
            ClientOrderIds.TryGetOrderId(made, out var named).ShouldBeTrue();
            named.ShouldBe(id);
            ClientOrderIds.WhyNot(made, id).ShouldBeNull();
            ClientOrderIds.WhyNot(made, Guid.NewGuid())!.ShouldContain(made);
        }
    }));

    [Theory]
    [InlineData("N0000000000000000000000000", null)] // 26
    [InlineData("X00000000000000000000000000", null)]
    [InlineData("mine-1", null)]
    [InlineData("N00000000000000000000000001", "does not name")] // digits beyond an id's 128 bits
    [InlineData("N0000000000000000000000000I", "does not name")] // Crockford has no I
    [InlineData("Nabcdefghijklmnopqrstuvwxyz", "does not name")]
    [InlineData("a b", "without blanks")]
    [InlineData("0000000000000000000000000000", "1 to 27")]
    [InlineData("", "1 to 27")]
    public void What_names_no_order_is_a_clients_own_name_unless_it_looks_like_one_of_ours(string id, string? why)
    {
        ClientOrderIds.TryGetOrderId(id, out _).ShouldBeFalse();
        var answer = ClientOrderIds.WhyNot(id, Guid.Empty);
        if (why is null) answer.ShouldBeNull();
        else answer!.ShouldContain(why);
    }
}
