using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ActorTrading.Domain;

namespace ActorTrading.Postgres;

/// <summary>
/// A ledger event's stored body: <see cref="DomainJson"/>'s form without the kind, which has a column of its own. Unknown properties, of a newer
/// version, are ignored; an unknown kind is an error, because a fold that skips an event is wrong.
/// </summary>
public static class LedgerJson
{
    /// <summary>Generated code for every kind; reflection stands in for one that has been added to the domain and not yet here.</summary>
    private static readonly IJsonTypeInfoResolver Resolver = JsonTypeInfoResolver.Combine(LedgerJsonContext.Default, new DefaultJsonTypeInfoResolver());

    private static readonly JsonSerializerOptions Options = new(DomainJson.Options) { TypeInfoResolver = Resolver, IgnoreReadOnlyProperties = true };

    private static readonly FrozenDictionary<string, JsonTypeInfo> ByKind =
        typeof(LedgerEvent).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), false).Cast<JsonDerivedTypeAttribute>()
            .ToFrozenDictionary(kind => (string)kind.TypeDiscriminator!, kind => Options.GetTypeInfo(kind.DerivedType));

    public static byte[] Body(LedgerEvent happened) => JsonSerializer.SerializeToUtf8Bytes(happened, InfoOf(happened.Kind));

    /// <exception cref="InvalidDataException">The kind is unknown or the body is not one.</exception>
    public static LedgerEvent Read(string kind, ReadOnlySpan<byte> body)
    {
        try
        {
            return (LedgerEvent)JsonSerializer.Deserialize(body, InfoOf(kind))!;
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"A ledger entry of kind '{kind}' cannot be read: {error.Message}", error);
        }
    }

    private static JsonTypeInfo InfoOf(string kind) => ByKind.TryGetValue(kind, out var info)
        ? info
        : throw new InvalidDataException($"A ledger entry is of kind '{kind}', which this version does not know. Start the version that wrote it.");
}

[JsonSerializable(typeof(AccountOpened))]
[JsonSerializable(typeof(AccountClosed))]
[JsonSerializable(typeof(BalanceAdjusted))]
[JsonSerializable(typeof(OrderSubmitted))]
[JsonSerializable(typeof(OrderPlaced))]
[JsonSerializable(typeof(OrderModified))]
[JsonSerializable(typeof(OrderStopTouched))]
[JsonSerializable(typeof(OrderCancelled))]
[JsonSerializable(typeof(OrderExpired))]
[JsonSerializable(typeof(OrderRejected))]
[JsonSerializable(typeof(OrderRetried))]
[JsonSerializable(typeof(DealExecuted))]
[JsonSerializable(typeof(PositionModified))]
[JsonSerializable(typeof(PositionAdopted))]
[JsonSerializable(typeof(SwapCharged))]
[JsonSerializable(typeof(MarginCalled))]
[JsonSerializable(typeof(MarginRecovered))]
[JsonSerializable(typeof(StoppedOut))]
[JsonSerializable(typeof(CopyDecided))]
[JsonSerializable(typeof(RequestSubmitted))]
[JsonSerializable(typeof(RequestSettled))]
[JsonSerializable(typeof(TerminalReconciled))]
internal sealed partial class LedgerJsonContext : JsonSerializerContext;
