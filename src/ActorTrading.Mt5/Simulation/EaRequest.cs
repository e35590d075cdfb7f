using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ActorTrading.Mt5.Wire;

namespace ActorTrading.Mt5.Simulation;

/// <summary>A request as the EA reads it: every key optional, whatever is missing, null or no number counts as 0 or "".</summary>
internal readonly struct EaRequest(JsonElement root)
{
    public string Action => Text("action"u8);
    public string ActionType => Text("actionType"u8);
    public string Symbol => Text("symbol"u8);
    public string ChartTf => Text("chartTF"u8);
    public string Comment => Text("comment"u8);
    public long FromDate => Whole("fromDate"u8);
    public long ToDate => Whole("toDate"u8);
    public long Id => Whole("id"u8);
    public decimal Volume => Number("volume"u8);
    public decimal Price => Number("price"u8);
    public decimal StopLoss => Number("stoploss"u8);
    public decimal TakeProfit => Number("takeprofit"u8);
    public long Expiration => Whole("expiration"u8);
    public long Deviation => Whole("deviation"u8);

    private string Text(ReadOnlySpan<byte> name)
    {
        if (!root.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
            return "";
        return WireText.Decode(JsonMarshal.GetRawUtf8Value(value)[1..^1], Encoding.Latin1);
    }

    private decimal Number(ReadOnlySpan<byte> name) =>
        root.TryGetProperty(name, out var value) && LenientNumber.TryRead(value, out var number) ? number : 0;

    private long Whole(ReadOnlySpan<byte> name) =>
        LenientNumber.TryToInt64(decimal.Truncate(Number(name)), out var whole) ? whole : 0;
}
