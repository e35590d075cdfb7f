namespace ActorTrading.Pine.Builtins.Signatures;

/// <summary>Declarations and strategy.*.</summary>
internal static class StrategySignatures
{
    public const string Text = """
        indicator(const string title, const string shorttitle="", const bool overlay=false, const string format?, const int precision?, const string scale?, const int max_bars_back=0, const string timeframe="", const bool timeframe_gaps=true, const bool explicit_plot_zorder=false, const int max_lines_count=50, const int max_labels_count=50, const int max_boxes_count=50, const int calc_bars_count=0, const int max_polylines_count=50, const bool dynamic_requests=true, const bool behind_chart=true) void
        strategy(const string title, const string shorttitle="", const bool overlay=false, const string format?, const int precision?, const string scale?, const int pyramiding=0, const bool calc_on_order_fills=false, const bool calc_on_every_tick=false, const int max_bars_back=0, const int backtest_fill_limits_assumption=0, const string default_qty_type="fixed", const float default_qty_value=1, const float initial_capital=1000000, const string currency="NONE", const int slippage=0, const string commission_type="percent", const float commission_value=0, const bool process_orders_on_close=false, const string close_entries_rule="FIFO", const float margin_long?, const float margin_short?, const bool explicit_plot_zorder=false, const int max_lines_count=50, const int max_labels_count=50, const int max_boxes_count=50, const int calc_bars_count=0, const float risk_free_rate=2, const bool use_bar_magnifier=false, const bool fill_orders_on_standard_ohlc=false, const int max_polylines_count=50, const bool dynamic_requests=true, const bool behind_chart=true) void
        library(const string title, const bool overlay=false, const bool dynamic_requests=true) void
        5 strategy.entry(string id, string direction, float qty?, float limit?, float stop?, string oca_name="", string oca_type="none", string comment?, bool when=true, string alert_message?, bool disable_alert=false) void
        6 strategy.entry(string id, string direction, float qty?, float limit?, float stop?, string oca_name="", string oca_type="none", string comment?, string alert_message?, bool disable_alert=false) void
        5 strategy.order(string id, string direction, float qty?, float limit?, float stop?, string oca_name="", string oca_type="none", string comment?, bool when=true, string alert_message?, bool disable_alert=false) void
        6 strategy.order(string id, string direction, float qty?, float limit?, float stop?, string oca_name="", string oca_type="none", string comment?, string alert_message?, bool disable_alert=false) void
        5 strategy.exit(string id, string from_entry="", float qty?, float qty_percent?, float profit?, float limit?, float loss?, float stop?, float trail_price?, float trail_points?, float trail_offset?, string oca_name="", string comment?, string comment_profit?, string comment_loss?, string comment_trailing?, bool when=true, string alert_message?, string alert_profit?, string alert_loss?, string alert_trailing?, bool disable_alert=false) void
        6 strategy.exit(string id, string from_entry="", float qty?, float qty_percent?, float profit?, float limit?, float loss?, float stop?, float trail_price?, float trail_points?, float trail_offset?, string oca_name="", string comment?, string comment_profit?, string comment_loss?, string comment_trailing?, string alert_message?, string alert_profit?, string alert_loss?, string alert_trailing?, bool disable_alert=false) void
        5 strategy.close(string id, bool when=true, string comment?, float qty?, float qty_percent?, string alert_message?, bool immediately=false, bool disable_alert=false) void
        6 strategy.close(string id, string comment?, float qty?, float qty_percent?, string alert_message?, bool immediately=false, bool disable_alert=false) void
        5 strategy.close_all(bool when=true, string comment?, string alert_message?, bool immediately=false, bool disable_alert=false) void
        5 strategy.close_all(string comment?, string alert_message?, bool immediately=false, bool disable_alert=false) void
        6 strategy.close_all(string comment?, string alert_message?, bool immediately=false, bool disable_alert=false) void
        5 strategy.cancel(string id, bool when=true) void
        6 strategy.cancel(string id) void
        5 strategy.cancel_all(bool when=true) void
        6 strategy.cancel_all() void
        strategy.convert_to_account(float value) series float
        strategy.convert_to_symbol(float value) series float
        strategy.default_entry_qty(float fill_price) series float
        strategy.risk.allow_entry_in(simple string value) void
        strategy.risk.max_cons_loss_days(simple int count, simple string alert_message?) void
        strategy.risk.max_drawdown(simple float value, simple string type, simple string alert_message?) void
        strategy.risk.max_intraday_filled_orders(simple int count, simple string alert_message?) void
        strategy.risk.max_intraday_loss(simple float value, simple string type, simple string alert_message?) void
        strategy.risk.max_position_size(simple float contracts) void
        strategy.closedtrades.commission(int trade_num) series float
        strategy.closedtrades.entry_bar_index(int trade_num) series int
        strategy.closedtrades.entry_comment(int trade_num) series string
        strategy.closedtrades.entry_id(int trade_num) series string
        strategy.closedtrades.entry_price(int trade_num) series float
        strategy.closedtrades.entry_time(int trade_num) series int
        strategy.closedtrades.exit_bar_index(int trade_num) series int
        strategy.closedtrades.exit_comment(int trade_num) series string
        strategy.closedtrades.exit_id(int trade_num) series string
        strategy.closedtrades.exit_price(int trade_num) series float
        strategy.closedtrades.exit_time(int trade_num) series int
        strategy.closedtrades.max_drawdown(int trade_num) series float
        strategy.closedtrades.max_drawdown_percent(int trade_num) series float
        strategy.closedtrades.max_runup(int trade_num) series float
        strategy.closedtrades.max_runup_percent(int trade_num) series float
        strategy.closedtrades.profit(int trade_num) series float
        strategy.closedtrades.profit_percent(int trade_num) series float
        strategy.closedtrades.size(int trade_num) series float
        strategy.opentrades.commission(int trade_num) series float
        strategy.opentrades.entry_bar_index(int trade_num) series int
        strategy.opentrades.entry_comment(int trade_num) series string
        strategy.opentrades.entry_id(int trade_num) series string
        strategy.opentrades.entry_price(int trade_num) series float
        strategy.opentrades.entry_time(int trade_num) series int
        strategy.opentrades.max_drawdown(int trade_num) series float
        strategy.opentrades.max_drawdown_percent(int trade_num) series float
        strategy.opentrades.max_runup(int trade_num) series float
        strategy.opentrades.max_runup_percent(int trade_num) series float
        strategy.opentrades.profit(int trade_num) series float
        strategy.opentrades.profit_percent(int trade_num) series float
        strategy.opentrades.size(int trade_num) series float
        strategy.account_currency : simple string
        strategy.avg_losing_trade : series float
        strategy.avg_losing_trade_percent : series float
        strategy.avg_trade : series float
        strategy.avg_trade_percent : series float
        strategy.avg_winning_trade : series float
        strategy.avg_winning_trade_percent : series float
        strategy.closedtrades : series int
        strategy.closedtrades.first_index : series int
        strategy.equity : series float
        strategy.eventrades : series int
        strategy.grossloss : series float
        strategy.grossloss_percent : series float
        strategy.grossprofit : series float
        strategy.grossprofit_percent : series float
        strategy.initial_capital : series float
        strategy.losstrades : series int
        strategy.margin_liquidation_price : series float
        strategy.max_contracts_held_all : series float
        strategy.max_contracts_held_long : series float
        strategy.max_contracts_held_short : series float
        strategy.max_drawdown : series float
        strategy.max_drawdown_percent : series float
        strategy.max_runup : series float
        strategy.max_runup_percent : series float
        strategy.netprofit : series float
        strategy.netprofit_percent : series float
        strategy.openprofit : series float
        strategy.openprofit_percent : series float
        strategy.opentrades : series int
        strategy.opentrades.capital_held : series float
        strategy.position_avg_price : series float
        strategy.position_entry_name : series string
        strategy.position_size : series float
        strategy.wintrades : series int
        strategy.long : const string = "long"
        strategy.short : const string = "short"
        strategy.fixed : const string = "fixed"
        strategy.cash : const string = "cash_per_order"
        strategy.percent_of_equity : const string = "percent_of_equity"
        strategy.commission.cash_per_contract : const string = "cash_per_contract"
        strategy.commission.cash_per_order : const string = "cash_per_order"
        strategy.commission.percent : const string = "percent"
        strategy.direction.all : const string = "all"
        strategy.direction.long : const string = "long"
        strategy.direction.short : const string = "short"
        strategy.oca.cancel : const string = "cancel"
        strategy.oca.none : const string = "none"
        strategy.oca.reduce : const string = "reduce"
        """;
}
