using ActorTrading.Pine.Checking;
using ActorTrading.Pine.Strategy;

namespace ActorTrading.Pine.Compiling;

/// <summary>Puts the compiled script together.</summary>
internal static class ScriptBuilder
{
    public static CompiledScript Build(CheckedProgram program, EmittedProgram emitted, IReadOnlyList<Diagnostic> warnings)
    {
        var declaration = program.Declaration!;
        return new CompiledScript
        {
            Kind = declaration.Kind,
            Version = program.Version,
            Title = declaration.Get("title", ""),
            Inputs = program.Inputs,
            Settings = declaration.Kind == ScriptKind.Strategy ? Settings(declaration, program.Version) : null,
            Warnings = warnings,
            Emitted = emitted,
            PlotDefinitions = program.Plots,
            Declaration = declaration,
        };
    }

    private static StrategySettings Settings(ScriptDeclaration declaration, int version)
    {
        // v6 brought margin calls to everyone: 100 % unless written otherwise. In v5 no margin is asked for.
        double margin = version >= 6 ? 100 : 0;
        var currency = declaration.Get("currency", "NONE");
        return new StrategySettings
        {
            Title = declaration.Get("title", ""),
            InitialCapital = declaration.Get("initial_capital", 1_000_000.0),
            Currency = currency is "NONE" or "" ? "" : currency,
            DefaultQtyType = declaration.Get("default_qty_type", "fixed") switch
            {
                "percent_of_equity" => QuantityType.PercentOfEquity,
                "cash_per_order" or "cash" => QuantityType.Cash,
                _ => QuantityType.Fixed,
            },
            DefaultQtyValue = declaration.Get("default_qty_value", 1.0),
            Pyramiding = (int)declaration.Get("pyramiding", 0.0),
            CommissionType = declaration.Get("commission_type", "percent") switch
            {
                "cash_per_contract" => CommissionType.CashPerContract,
                "cash_per_order" => CommissionType.CashPerOrder,
                _ => CommissionType.Percent,
            },
            CommissionValue = declaration.Get("commission_value", 0.0),
            Slippage = (int)declaration.Get("slippage", 0.0),
            ProcessOrdersOnClose = declaration.Get("process_orders_on_close", false),
            CalcOnOrderFills = declaration.Get("calc_on_order_fills", false),
            CalcOnEveryTick = declaration.Get("calc_on_every_tick", false),
            CloseEntriesRule = declaration.Get("close_entries_rule", "FIFO") == "ANY" ? CloseEntriesRule.Any : CloseEntriesRule.Fifo,
            MarginLong = declaration.Get("margin_long", margin),
            MarginShort = declaration.Get("margin_short", margin),
            BacktestFillLimitsAssumption = (int)declaration.Get("backtest_fill_limits_assumption", 0.0),
            UseBarMagnifier = declaration.Get("use_bar_magnifier", false),
            FillOrdersOnStandardOhlc = declaration.Get("fill_orders_on_standard_ohlc", false),
            ExitPricesOverrideDistances = version < 6,
            RiskFreeRate = declaration.Get("risk_free_rate", 2.0),
        };
    }
}
