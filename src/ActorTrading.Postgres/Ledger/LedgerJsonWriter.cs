using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using ActorTrading.Domain;

namespace ActorTrading.Postgres;

/// <summary>
/// Writes the bodies of the three kinds of events that nearly every append consists of into one buffer, byte for byte as <see cref="DomainJson"/>'s
/// serializer would (<c>LedgerJsonWriterTests</c> holds it to that, also for properties to come). The serializer keeps a stack on the heap
/// for whatever is nested, and bodies of their own would live just as long as their appends wait: the collector would move each of them.
/// </summary>
internal sealed class LedgerJsonWriter(IBufferWriter<byte> bytes)
{
    private readonly Utf8JsonWriter json = new(bytes, new JsonWriterOptions { SkipValidation = true });

    /// <summary>Whether it can write this kind.</summary>
    public static bool Knows(LedgerEvent happened) => happened is OrderSubmitted or DealExecuted or CopyDecided;

    /// <exception cref="ArgumentException">A kind that it does not know.</exception>
    public void Write(LedgerEvent happened)
    {
        json.Reset();
        json.WriteStartObject();
        switch (happened)
        {
            case OrderSubmitted submitted:
                Write(submitted.Order);
                break;
            case DealExecuted executed:
                Write(executed.Deal);
                break;
            case CopyDecided decided:
                Write(decided);
                break;
            default:
                throw new ArgumentException($"The body of a {happened.Kind} is left to the serializer.", nameof(happened));
        }
        Text(Names.Trace, happened.Trace);
        json.WriteEndObject();
        json.Flush();
    }

    private void Write(Order order)
    {
        json.WriteStartObject(Names.Order);
        json.WriteString(Names.Id, order.Id);
        json.WriteString(Names.ClientOrderId, order.ClientOrderId);
        json.WriteString(Names.Symbol, order.Symbol);
        Enum(Names.Side, order.Side);
        Enum(Names.Type, order.Type);
        json.WriteNumber(Names.Volume, order.Volume);
        json.WriteNumber(Names.FilledVolume, order.FilledVolume);
        Number(Names.Price, order.Price);
        Number(Names.StopLimitPrice, order.StopLimitPrice);
        Number(Names.StopLoss, order.StopLoss);
        Number(Names.TakeProfit, order.TakeProfit);
        Number(Names.TrailingPoints, order.TrailingPoints);
        Number(Names.DeviationPoints, order.DeviationPoints);
        Number(Names.WorstPrice, order.WorstPrice);
        Enum(Names.FillPolicy, order.FillPolicy);
        Enum(Names.TimeInForce, order.TimeInForce);
        Time(Names.ExpiresAt, order.ExpiresAt);
        Time(Names.NotAfter, order.NotAfter);
        Text(Names.Comment, order.Comment);
        Id(Names.ClosesPositionId, order.ClosesPositionId);
        Id(Names.CloseByPositionId, order.CloseByPositionId);
        Enum(Names.Reason, order.Reason);
        if (order.Copy is { } copy) Write(copy, Names.Copy);
        Number(Names.Magic, order.Magic);
        Enum(Names.Status, order.Status);
        if (order.Retcode is { } retcode) Enum(Names.Retcode, retcode);
        Text(Names.RejectMessage, order.RejectMessage);
        Number(Names.AveragePrice, order.AveragePrice);
        json.WriteNumber(Names.Fills, order.Fills);
        Number(Names.BrokerTicket, order.BrokerTicket);
        json.WriteNumber(Names.Attempt, order.Attempt);
        Number(Names.AfterSeq, order.AfterSeq);
        json.WriteBoolean(Names.StopTouched, order.StopTouched);
        json.WriteString(Names.CreatedAt, order.CreatedAt);
        json.WriteString(Names.UpdatedAt, order.UpdatedAt);
        json.WriteEndObject();
    }

    private void Write(CopyOrigin copy, JsonEncodedText name)
    {
        json.WriteStartObject(name);
        json.WriteString(Names.LinkId, copy.LinkId);
        json.WriteString(Names.LeaderAccountId, copy.LeaderAccountId);
        json.WriteNumber(Names.LeaderSeq, copy.LeaderSeq);
        Id(Names.LeaderPositionId, copy.LeaderPositionId);
        Id(Names.LeaderOrderId, copy.LeaderOrderId);
        if (copy.Source is { } source) Write(source, Names.Source);
        json.WriteEndObject();
    }

    private void Write(Deal deal)
    {
        json.WriteStartObject(Names.Deal);
        json.WriteString(Names.Id, deal.Id);
        json.WriteString(Names.OrderId, deal.OrderId);
        json.WriteString(Names.PositionId, deal.PositionId);
        json.WriteString(Names.Symbol, deal.Symbol);
        Enum(Names.Side, deal.Side);
        Enum(Names.Entry, deal.Entry);
        json.WriteNumber(Names.Volume, deal.Volume);
        json.WriteNumber(Names.Price, deal.Price);
        json.WriteNumber(Names.Profit, deal.Profit);
        json.WriteNumber(Names.Commission, deal.Commission);
        json.WriteNumber(Names.Swap, deal.Swap);
        Enum(Names.Reason, deal.Reason);
        json.WriteString(Names.Time, deal.Time);
        Number(Names.BrokerTicket, deal.BrokerTicket);
        Number(Names.OrderTicket, deal.OrderTicket);
        Id(Names.ByPositionId, deal.ByPositionId);
        Number(Names.MarginRate, deal.MarginRate);
        json.WriteEndObject();
    }

    private void Write(CopyDecided decided)
    {
        json.WriteString(Names.LinkId, decided.LinkId);
        json.WriteString(Names.LeaderAccountId, decided.LeaderAccountId);
        json.WriteNumber(Names.LeaderSeq, decided.LeaderSeq);
        Enum(Names.Outcome, decided.Outcome);
        Text(Names.Reason, decided.Reason);
        Text(Names.Detail, decided.Detail);
        json.WriteStartArray(Names.OrderIds);
        foreach (var id in decided.OrderIds) json.WriteStringValue(id);
        json.WriteEndArray();
        json.WriteString(Names.LeaderAt, decided.LeaderAt);
        Time(Names.LeaderCommittedAt, decided.LeaderCommittedAt);
    }

    private void Enum<T>(JsonEncodedText name, T value) where T : struct, Enum
    {
        if (EnumTexts<T>.Of.TryGetValue(value, out var text)) json.WriteString(name, text);
        else json.WriteNumber(name, Convert.ToInt64(value, null));
    }

    private void Text(JsonEncodedText name, string? value)
    {
        if (value is not null) json.WriteString(name, value);
    }

    private void Number(JsonEncodedText name, decimal? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
    }

    private void Number(JsonEncodedText name, long? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
    }

    private void Id(JsonEncodedText name, Guid? value)
    {
        if (value is { } id) json.WriteString(name, id);
    }

    private void Time(JsonEncodedText name, DateTimeOffset? value)
    {
        if (value is { } time) json.WriteString(name, time);
    }

    private static class EnumTexts<T> where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, JsonEncodedText> Of =
            System.Enum.GetValues<T>().Distinct().ToFrozenDictionary(value => value, value => JsonEncodedText.Encode(StoredEnum<T>.Name(value)));
    }

    private static class Names
    {
        public static readonly JsonEncodedText AfterSeq = Of("afterSeq"), Attempt = Of("attempt"), AveragePrice = Of("averagePrice"), BrokerTicket = Of("brokerTicket"),
            ByPositionId = Of("byPositionId"), ClientOrderId = Of("clientOrderId"), CloseByPositionId = Of("closeByPositionId"), ClosesPositionId = Of("closesPositionId"), Comment = Of("comment"),
            Commission = Of("commission"), Copy = Of("copy"), CreatedAt = Of("createdAt"), Deal = Of("deal"), Detail = Of("detail"), DeviationPoints = Of("deviationPoints"),
            Entry = Of("entry"), ExpiresAt = Of("expiresAt"), FilledVolume = Of("filledVolume"), FillPolicy = Of("fillPolicy"), Fills = Of("fills"), Id = Of("id"),
            LeaderAccountId = Of("leaderAccountId"), LeaderAt = Of("leaderAt"), LeaderCommittedAt = Of("leaderCommittedAt"), LeaderOrderId = Of("leaderOrderId"),
            LeaderPositionId = Of("leaderPositionId"), LeaderSeq = Of("leaderSeq"), LinkId = Of("linkId"), Magic = Of("magic"), MarginRate = Of("marginRate"),
            NotAfter = Of("notAfter"), Order = Of("order"), OrderId = Of("orderId"), OrderIds = Of("orderIds"), OrderTicket = Of("orderTicket"), Outcome = Of("outcome"), PositionId = Of("positionId"), Price = Of("price"),
            Profit = Of("profit"), Reason = Of("reason"), RejectMessage = Of("rejectMessage"), Retcode = Of("retcode"), Side = Of("side"), Source = Of("source"), Status = Of("status"),
            StopLimitPrice = Of("stopLimitPrice"), StopLoss = Of("stopLoss"), StopTouched = Of("stopTouched"), Swap = Of("swap"), Symbol = Of("symbol"), TakeProfit = Of("takeProfit"),
            Time = Of("time"), TimeInForce = Of("timeInForce"), Trace = Of("trace"), TrailingPoints = Of("trailingPoints"), Type = Of("type"), UpdatedAt = Of("updatedAt"),
            Volume = Of("volume"), WorstPrice = Of("worstPrice");

        private static JsonEncodedText Of(string name) => JsonEncodedText.Encode(name);
    }
}
