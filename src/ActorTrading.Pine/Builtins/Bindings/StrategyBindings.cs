using ActorTrading.Pine.Library;
using ActorTrading.Pine.Runtime;
using ActorTrading.Pine.Strategy;

namespace ActorTrading.Pine.Builtins.Bindings;

/// <summary>strategy.*: commands and risk rules.</summary>
internal static class StrategyBindings
{
    private static Direction Side(string? direction) => direction switch
    {
        "long" => Direction.Long,
        "short" => Direction.Short,
        _ => throw new PineRuntimeException($"The direction '{direction ?? "NaN"}' is neither strategy.long nor strategy.short."),
    };

    private static OcaType Oca(string? type) => type switch { "cancel" => OcaType.Cancel, "reduce" => OcaType.Reduce, _ => OcaType.None };

    private static string Id(string? id) => id ?? throw new PineRuntimeException("The id of an order is na.");

    private static string? Text(string? text) => string.IsNullOrEmpty(text) ? null : text;

    [PineName("strategy.entry")]
    public static void Entry(ScriptContext context, string? id, string? direction, double qty, double limit, double stop, string? oca_name, string? oca_type, string? comment, string? alert_message, bool disable_alert) =>
        context.Broker.Entry(Id(id), Side(direction), qty, limit, stop, Text(oca_name), Oca(oca_type), comment, alert_message, disable_alert);

    [PineName("strategy.order")]
    public static void Order(ScriptContext context, string? id, string? direction, double qty, double limit, double stop, string? oca_name, string? oca_type, string? comment, string? alert_message, bool disable_alert) =>
        context.Broker.Order(Id(id), Side(direction), qty, limit, stop, Text(oca_name), Oca(oca_type), comment, alert_message, disable_alert);

    [PineName("strategy.exit")]
    public static void Exit(ScriptContext context, string? id, string? from_entry, double qty, double qty_percent, double profit, double limit, double loss, double stop, double trail_price,
        double trail_points, double trail_offset, string? oca_name, string? comment, string? comment_profit, string? comment_loss, string? comment_trailing, string? alert_message, string? alert_profit,
        string? alert_loss, string? alert_trailing, bool disable_alert) =>
        context.Broker.Exit(Id(id), Text(from_entry), qty, qty_percent, profit, limit, loss, stop, trail_price, trail_points, trail_offset, Text(oca_name), comment, comment_profit, comment_loss, comment_trailing,
            alert_message, alert_profit, alert_loss, alert_trailing, disable_alert);

    [PineName("strategy.close")]
    public static void Close(ScriptContext context, string? id, string? comment, double qty, double qty_percent, string? alert_message, bool immediately, bool disable_alert) =>
        context.Broker.Close(Id(id), comment, qty, qty_percent, alert_message, immediately, disable_alert);

    [PineName("strategy.close_all")]
    public static void CloseAll(ScriptContext context, string? comment, string? alert_message, bool immediately, bool disable_alert) => context.Broker.CloseAll(comment, alert_message, immediately, disable_alert);

    [PineName("strategy.cancel")] public static void Cancel(ScriptContext context, string? id) => context.Broker.Cancel(Id(id));
    [PineName("strategy.cancel_all")] public static void CancelAll(ScriptContext context) => context.Broker.CancelAll();

    [PineName("strategy.convert_to_account")] public static double ConvertToAccount(ScriptContext context, double value) => context.Broker.ConvertToAccount(value);
    [PineName("strategy.convert_to_symbol")] public static double ConvertToSymbol(ScriptContext context, double value) => context.Broker.ConvertToSymbol(value);
    [PineName("strategy.default_entry_qty")] public static double DefaultEntryQty(ScriptContext context, double fill_price) => context.Broker.DefaultEntryQty(fill_price);

    [PineName("strategy.risk.allow_entry_in")]
    public static void AllowEntryIn(ScriptContext context, string? value) => context.Broker.RiskAllowEntryIn(value switch { "long" => AllowedDirection.Long, "short" => AllowedDirection.Short, _ => AllowedDirection.All });

    [PineName("strategy.risk.max_cons_loss_days")]
    public static void MaxConsLossDays(ScriptContext context, int count, string? alert_message) => context.Broker.RiskMaxConsLossDays(count, alert_message);

    [PineName("strategy.risk.max_drawdown")]
    public static void MaxDrawdown(ScriptContext context, double value, string? type, string? alert_message) => context.Broker.RiskMaxDrawdown(value, Unit(type), alert_message);

    [PineName("strategy.risk.max_intraday_filled_orders")]
    public static void MaxIntradayFilledOrders(ScriptContext context, int count, string? alert_message) => context.Broker.RiskMaxIntradayFilledOrders(count, alert_message);

    [PineName("strategy.risk.max_intraday_loss")]
    public static void MaxIntradayLoss(ScriptContext context, double value, string? type, string? alert_message) => context.Broker.RiskMaxIntradayLoss(value, Unit(type), alert_message);

    [PineName("strategy.risk.max_position_size")]
    public static void MaxPositionSize(ScriptContext context, double contracts) => context.Broker.RiskMaxPositionSize(contracts);

    private static RiskUnit Unit(string? type) => type == "percent_of_equity" ? RiskUnit.PercentOfEquity : RiskUnit.Cash;
}
