using ActorTrading.Pine.Library;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine.Builtins.Bindings;

/// <summary>strategy.closedtrades.* and strategy.opentrades.*: one trade's facts, na when there is no such trade.</summary>
internal static class TradeReadings
{
    [PineName("strategy.closedtrades.commission")] public static double ClosedTradeCommission(ScriptContext context, int trade_num) => context.Broker.ClosedTrade(trade_num).Commission;
    [PineName("strategy.closedtrades.entry_bar_index")] public static double ClosedTradeEntryBarIndex(ScriptContext context, int trade_num) => context.Broker.ClosedTrade(trade_num).EntryBarIndex;
    [PineName("strategy.closedtrades.entry_comment")] public static string ClosedTradeEntryComment(ScriptContext context, int trade_num) => context.Broker.ClosedTrade(trade_num).EntryComment;
    [PineName("strategy.closedtrades.entry_id")] public static string ClosedTradeEntryId(ScriptContext context, int trade_num) => context.Broker.ClosedTrade(trade_num).EntryId;
    [PineName("strategy.closedtrades.entry_price")] public static double ClosedTradeEntryPrice(ScriptContext context, int trade_num) => context.Broker.ClosedTrade(trade_num).EntryPrice;
    [PineName("strategy.closedtrades.entry_time")] public static double ClosedTradeEntryTime(ScriptContext context, int trade_num) => context.Broker.ClosedTrade(trade_num).EntryTime;
    [PineName("strategy.closedtrades.max_drawdown")] public static double ClosedTradeMaxDrawdown(ScriptContext context, int trade_num) => context.Broker.ClosedTrade(trade_num).MaxDrawdown;
    [PineName("strategy.closedtrades.max_drawdown_percent")] public static double ClosedTradeMaxDrawdownPercent(ScriptContext context, int trade_num) => context.Broker.ClosedTrade(trade_num).MaxDrawdownPercent;
    [PineName("strategy.closedtrades.max_runup")] public static double ClosedTradeMaxRunup(ScriptContext context, int trade_num) => context.Broker.ClosedTrade(trade_num).MaxRunup;
    [PineName("strategy.closedtrades.max_runup_percent")] public static double ClosedTradeMaxRunupPercent(ScriptContext context, int trade_num) => context.Broker.ClosedTrade(trade_num).MaxRunupPercent;
    [PineName("strategy.closedtrades.profit")] public static double ClosedTradeProfit(ScriptContext context, int trade_num) => context.Broker.ClosedTrade(trade_num).Profit;
    [PineName("strategy.closedtrades.profit_percent")] public static double ClosedTradeProfitPercent(ScriptContext context, int trade_num) => context.Broker.ClosedTrade(trade_num).ProfitPercent;
    [PineName("strategy.closedtrades.size")] public static double ClosedTradeSize(ScriptContext context, int trade_num) => context.Broker.ClosedTrade(trade_num).Size;
    [PineName("strategy.closedtrades.exit_bar_index")] public static double ClosedTradeExitBarIndex(ScriptContext context, int trade_num) => context.Broker.ClosedTrade(trade_num).ExitBarIndex;
    [PineName("strategy.closedtrades.exit_comment")] public static string ClosedTradeExitComment(ScriptContext context, int trade_num) => context.Broker.ClosedTrade(trade_num).ExitComment;
    [PineName("strategy.closedtrades.exit_id")] public static string ClosedTradeExitId(ScriptContext context, int trade_num) => context.Broker.ClosedTrade(trade_num).ExitId;
    [PineName("strategy.closedtrades.exit_price")] public static double ClosedTradeExitPrice(ScriptContext context, int trade_num) => context.Broker.ClosedTrade(trade_num).ExitPrice;
    [PineName("strategy.closedtrades.exit_time")] public static double ClosedTradeExitTime(ScriptContext context, int trade_num) => context.Broker.ClosedTrade(trade_num).ExitTime;
    [PineName("strategy.opentrades.commission")] public static double OpenTradeCommission(ScriptContext context, int trade_num) => context.Broker.OpenTrade(trade_num).Commission;
    [PineName("strategy.opentrades.entry_bar_index")] public static double OpenTradeEntryBarIndex(ScriptContext context, int trade_num) => context.Broker.OpenTrade(trade_num).EntryBarIndex;
    [PineName("strategy.opentrades.entry_comment")] public static string OpenTradeEntryComment(ScriptContext context, int trade_num) => context.Broker.OpenTrade(trade_num).EntryComment;
    [PineName("strategy.opentrades.entry_id")] public static string OpenTradeEntryId(ScriptContext context, int trade_num) => context.Broker.OpenTrade(trade_num).EntryId;
    [PineName("strategy.opentrades.entry_price")] public static double OpenTradeEntryPrice(ScriptContext context, int trade_num) => context.Broker.OpenTrade(trade_num).EntryPrice;
    [PineName("strategy.opentrades.entry_time")] public static double OpenTradeEntryTime(ScriptContext context, int trade_num) => context.Broker.OpenTrade(trade_num).EntryTime;
    [PineName("strategy.opentrades.max_drawdown")] public static double OpenTradeMaxDrawdown(ScriptContext context, int trade_num) => context.Broker.OpenTrade(trade_num).MaxDrawdown;
    [PineName("strategy.opentrades.max_drawdown_percent")] public static double OpenTradeMaxDrawdownPercent(ScriptContext context, int trade_num) => context.Broker.OpenTrade(trade_num).MaxDrawdownPercent;
    [PineName("strategy.opentrades.max_runup")] public static double OpenTradeMaxRunup(ScriptContext context, int trade_num) => context.Broker.OpenTrade(trade_num).MaxRunup;
    [PineName("strategy.opentrades.max_runup_percent")] public static double OpenTradeMaxRunupPercent(ScriptContext context, int trade_num) => context.Broker.OpenTrade(trade_num).MaxRunupPercent;
    [PineName("strategy.opentrades.profit")] public static double OpenTradeProfit(ScriptContext context, int trade_num) => context.Broker.OpenTrade(trade_num).Profit;
    [PineName("strategy.opentrades.profit_percent")] public static double OpenTradeProfitPercent(ScriptContext context, int trade_num) => context.Broker.OpenTrade(trade_num).ProfitPercent;
    [PineName("strategy.opentrades.size")] public static double OpenTradeSize(ScriptContext context, int trade_num) => context.Broker.OpenTrade(trade_num).Size;
}
