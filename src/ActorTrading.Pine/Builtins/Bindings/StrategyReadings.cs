using ActorTrading.Pine.Library;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine.Builtins.Bindings;

/// <summary>strategy.*: what a script reads of its account.</summary>
internal static class StrategyReadings
{
    [PineName("strategy.account_currency")] public static string AccountCurrency(ScriptContext context) => context.Broker.AccountCurrency;
    [PineName("strategy.avg_losing_trade")] public static double AvgLosingTrade(ScriptContext context) => context.Broker.AvgLosingTrade;
    [PineName("strategy.avg_losing_trade_percent")] public static double AvgLosingTradePercent(ScriptContext context) => context.Broker.AvgLosingTradePercent;
    [PineName("strategy.avg_trade")] public static double AvgTrade(ScriptContext context) => context.Broker.AvgTrade;
    [PineName("strategy.avg_trade_percent")] public static double AvgTradePercent(ScriptContext context) => context.Broker.AvgTradePercent;
    [PineName("strategy.avg_winning_trade")] public static double AvgWinningTrade(ScriptContext context) => context.Broker.AvgWinningTrade;
    [PineName("strategy.avg_winning_trade_percent")] public static double AvgWinningTradePercent(ScriptContext context) => context.Broker.AvgWinningTradePercent;
    [PineName("strategy.closedtrades")] public static double Closedtrades(ScriptContext context) => context.Broker.ClosedTradeCount;
    [PineName("strategy.closedtrades.first_index")] public static double ClosedtradesFirstIndex(ScriptContext context) => context.Broker.FirstClosedTradeIndex;
    [PineName("strategy.equity")] public static double Equity(ScriptContext context) => context.Broker.Equity;
    [PineName("strategy.eventrades")] public static double Eventrades(ScriptContext context) => context.Broker.EvenTrades;
    [PineName("strategy.grossloss")] public static double Grossloss(ScriptContext context) => context.Broker.GrossLoss;
    [PineName("strategy.grossloss_percent")] public static double GrosslossPercent(ScriptContext context) => context.Broker.GrossLossPercent;
    [PineName("strategy.grossprofit")] public static double Grossprofit(ScriptContext context) => context.Broker.GrossProfit;
    [PineName("strategy.grossprofit_percent")] public static double GrossprofitPercent(ScriptContext context) => context.Broker.GrossProfitPercent;
    [PineName("strategy.initial_capital")] public static double InitialCapital(ScriptContext context) => context.Broker.Settings.InitialCapital;
    [PineName("strategy.losstrades")] public static double Losstrades(ScriptContext context) => context.Broker.LossTrades;
    [PineName("strategy.margin_liquidation_price")] public static double MarginLiquidationPrice(ScriptContext context) => context.Broker.MarginLiquidationPrice;
    [PineName("strategy.max_contracts_held_all")] public static double MaxContractsHeldAll(ScriptContext context) => context.Broker.MaxContractsHeldAll;
    [PineName("strategy.max_contracts_held_long")] public static double MaxContractsHeldLong(ScriptContext context) => context.Broker.MaxContractsHeldLong;
    [PineName("strategy.max_contracts_held_short")] public static double MaxContractsHeldShort(ScriptContext context) => context.Broker.MaxContractsHeldShort;
    [PineName("strategy.max_drawdown")] public static double MaxDrawdown(ScriptContext context) => context.Broker.MaxDrawdown;
    [PineName("strategy.max_drawdown_percent")] public static double MaxDrawdownPercent(ScriptContext context) => context.Broker.MaxDrawdownPercent;
    [PineName("strategy.max_runup")] public static double MaxRunup(ScriptContext context) => context.Broker.MaxRunup;
    [PineName("strategy.max_runup_percent")] public static double MaxRunupPercent(ScriptContext context) => context.Broker.MaxRunupPercent;
    [PineName("strategy.netprofit")] public static double Netprofit(ScriptContext context) => context.Broker.NetProfit;
    [PineName("strategy.netprofit_percent")] public static double NetprofitPercent(ScriptContext context) => context.Broker.NetProfitPercent;
    [PineName("strategy.openprofit")] public static double Openprofit(ScriptContext context) => context.Broker.OpenProfit;
    [PineName("strategy.openprofit_percent")] public static double OpenprofitPercent(ScriptContext context) => context.Broker.OpenProfitPercent;
    [PineName("strategy.opentrades")] public static double Opentrades(ScriptContext context) => context.Broker.OpenTradeCount;
    [PineName("strategy.opentrades.capital_held")] public static double OpentradesCapitalHeld(ScriptContext context) => context.Broker.CapitalHeld;
    [PineName("strategy.position_avg_price")] public static double PositionAvgPrice(ScriptContext context) => context.Broker.PositionAvgPrice;
    [PineName("strategy.position_entry_name")] public static string PositionEntryName(ScriptContext context) => context.Broker.PositionEntryName;
    [PineName("strategy.position_size")] public static double PositionSize(ScriptContext context) => context.Broker.PositionSize;
    [PineName("strategy.wintrades")] public static double Wintrades(ScriptContext context) => context.Broker.WinTrades;
}
