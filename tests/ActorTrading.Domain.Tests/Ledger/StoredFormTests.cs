using System.Text.Json;
using System.Text.Json.Serialization;
using ActorTrading.Domain;

namespace ActorTrading.Domain.Tests.Ledger;

public class StoredFormTests
{
    [Fact]
    public void Every_kind_of_event_has_its_name_and_only_once()
    {
        var types = typeof(LedgerEvent).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(LedgerEvent))).ToList();
        var named = Attribute.GetCustomAttributes(typeof(LedgerEvent), typeof(JsonDerivedTypeAttribute)).Cast<JsonDerivedTypeAttribute>().ToList();
        named.Select(a => a.DerivedType).ShouldBe(types, ignoreOrder: true);
        named.Select(a => a.TypeDiscriminator).ShouldBeUnique();
        foreach (var a in named)
        {
            var e = (LedgerEvent)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(a.DerivedType);
            e.Kind.ShouldBe(a.TypeDiscriminator);
            var json = JsonSerializer.Serialize(e, DomainJson.Options);
            json.ShouldStartWith($"{{\"kind\":\"{e.Kind}\"");
        }
    }
}
