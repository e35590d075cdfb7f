using System.Text.Json.Serialization;
using ActorTrading.Domain;

namespace ActorTrading.Postgres.Tests.Ledger;

public sealed class LedgerJsonTests
{
    public static TheoryData<string> Kinds => [.. typeof(LedgerEvent).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), false)
        .Cast<JsonDerivedTypeAttribute>().Select(kind => (string)kind.TypeDiscriminator!)];

    [Theory, MemberData(nameof(Kinds))]
    public void Every_kind_of_event_has_generated_code(string kind)
    {
        var type = typeof(LedgerEvent).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), false).Cast<JsonDerivedTypeAttribute>()
            .Single(attribute => (string)attribute.TypeDiscriminator! == kind).DerivedType;
        ((System.Text.Json.Serialization.Metadata.IJsonTypeInfoResolver)LedgerJsonContext.Default).GetTypeInfo(type, new(DomainJson.Options)).ShouldNotBeNull($"add {type.Name} to LedgerJsonContext");
    }

    [Fact]
    public void An_event_comes_back_as_it_was_without_its_kind_or_computed_values_in_the_body()
    {
        var order = new TestAccount(Guid.NewGuid(), Guid.NewGuid());
        order.State = order.Open().Changes.Account;
        foreach (var happened in order.Buy(new CopyOrigin(Guid.NewGuid(), Guid.NewGuid(), 3, null, Guid.NewGuid())).Entries.Select(entry => entry.Event))
        {
            var body = LedgerJson.Body(happened);
            LedgerJson.Read(happened.Kind, body).ShouldBe(happened);
            var text = System.Text.Encoding.UTF8.GetString(body);
            foreach (var absent in (string[])["\"kind\"", "remainingVolume", "isFinal", "null"]) text.ShouldNotContain(absent);
        }
    }

    [Fact]
    public void What_a_newer_version_added_is_ignored_but_its_kinds_are_not()
    {
        LedgerJson.Read("orderExpired", """{"later": 1, "orderId": "0196a0d4-0000-7000-8000-000000000001"}"""u8).ShouldBeOfType<OrderExpired>();
        Should.Throw<InvalidDataException>(() => LedgerJson.Read("teleported", "{}"u8)).Message.ShouldContain("teleported");
        Should.Throw<InvalidDataException>(() => LedgerJson.Read("orderExpired", "[]"u8));
    }
}
