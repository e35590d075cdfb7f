using System.Text.Json;
using ActorTrading.Domain;
using Orleans;

namespace ActorTrading.Contracts;

/// <summary>How a record of the pure Domain, which knows no serialiser, crosses between silos: as its JSON.</summary>
[GenerateSerializer, Immutable, Alias("ActorTrading.JsonSurrogate")]
public struct JsonSurrogate
{
    [Id(0)] public string Json;
}

public abstract class JsonRecordConverter<T> : IConverter<T, JsonSurrogate> where T : class
{
    public T ConvertFromSurrogate(in JsonSurrogate surrogate) =>
        JsonSerializer.Deserialize<T>(surrogate.Json, DomainJson.Options)
        ?? throw new JsonException($"A {typeof(T).Name} arrived as JSON null.");

    public JsonSurrogate ConvertToSurrogate(in T value) => new() { Json = JsonSerializer.Serialize(value, DomainJson.Options) };
}

[RegisterConverter] public sealed class LedgerEntryConverter : JsonRecordConverter<LedgerEntry>;
[RegisterConverter] public sealed class AccountStateConverter : JsonRecordConverter<AccountState>;
[RegisterConverter] public sealed class OrderConverter : JsonRecordConverter<Order>;
[RegisterConverter] public sealed class InstrumentConverter : JsonRecordConverter<Instrument>;
[RegisterConverter] public sealed class LinkSettingsConverter : JsonRecordConverter<LinkSettings>;
[RegisterConverter] public sealed class LinkRiskStateConverter : JsonRecordConverter<LinkRiskState>;
[RegisterConverter] public sealed class AlertDefinitionConverter : JsonRecordConverter<AlertDefinition>;
[RegisterConverter] public sealed class AlertStateConverter : JsonRecordConverter<AlertState>;
[RegisterConverter] public sealed class AlertFiringConverter : JsonRecordConverter<AlertFiring>;
[RegisterConverter] public sealed class PlaceOrderConverter : JsonRecordConverter<PlaceOrder>;
[RegisterConverter] public sealed class ModifyOrderConverter : JsonRecordConverter<ModifyOrder>;
[RegisterConverter] public sealed class CancelOrderConverter : JsonRecordConverter<CancelOrder>;
[RegisterConverter] public sealed class ModifyPositionConverter : JsonRecordConverter<ModifyPosition>;
[RegisterConverter] public sealed class ClosePositionConverter : JsonRecordConverter<ClosePosition>;
[RegisterConverter] public sealed class CloseByConverter : JsonRecordConverter<CloseBy>;
[RegisterConverter] public sealed class PriceTriggerConverter : JsonRecordConverter<PriceTrigger>;
[RegisterConverter] public sealed class TerminalFactConverter : JsonRecordConverter<TerminalFact>;
[RegisterConverter] public sealed class TerminalRequestConverter : JsonRecordConverter<TerminalRequest>;
[RegisterConverter] public sealed class AdjustBalanceConverter : JsonRecordConverter<AdjustBalance>;

[GenerateSerializer, Immutable, Alias("ActorTrading.QuoteSurrogate")]
public struct QuoteSurrogate
{
    [Id(0)] public string Symbol;
    [Id(1)] public decimal Bid;
    [Id(2)] public decimal Ask;
    [Id(3)] public DateTimeOffset Time;
}

[RegisterConverter]
public sealed class QuoteConverter : IConverter<Quote, QuoteSurrogate>
{
    public Quote ConvertFromSurrogate(in QuoteSurrogate surrogate) => new(surrogate.Symbol, surrogate.Bid, surrogate.Ask, surrogate.Time);

    public QuoteSurrogate ConvertToSurrogate(in Quote value) => new() { Symbol = value.Symbol, Bid = value.Bid, Ask = value.Ask, Time = value.Time };
}
