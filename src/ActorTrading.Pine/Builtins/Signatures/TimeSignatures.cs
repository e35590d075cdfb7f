namespace ActorTrading.Pine.Builtins.Signatures;

/// <summary>Bars, time, timeframe.*, session.*, syminfo.*, chart.*, barstate.*, ticker.*.</summary>
internal static class TimeSignatures
{
    public const string Text = """
        open : series float
        high : series float
        low : series float
        close : series float
        volume : series float
        hl2 : series float
        hlc3 : series float
        ohlc4 : series float
        hlcc4 : series float
        bid : series float
        ask : series float
        bar_index : series int
        last_bar_index : series int
        last_bar_time : series int
        time : series int
        time_close : series int
        time_tradingday : series int
        timenow : series int
        year : series int
        month : series int
        weekofyear : series int
        dayofmonth : series int
        dayofweek : series int
        hour : series int
        minute : series int
        second : series int
        year(int time, string timezone?) int
        month(int time, string timezone?) int
        weekofyear(int time, string timezone?) int
        dayofmonth(int time, string timezone?) int
        dayofweek(int time, string timezone?) int
        hour(int time, string timezone?) int
        minute(int time, string timezone?) int
        second(int time, string timezone?) int
        time(string timeframe, string session?, string timezone?, int bars_back=0, int timeframe_bars_back=0) series int
        time(string timeframe, string session, int bars_back, int timeframe_bars_back=0) series int
        time(string timeframe, int bars_back, int timeframe_bars_back=0) series int
        time_close(string timeframe, string session?, string timezone?, int bars_back=0, int timeframe_bars_back=0) series int
        time_close(string timeframe, string session, int bars_back, int timeframe_bars_back=0) series int
        time_close(string timeframe, int bars_back, int timeframe_bars_back=0) series int
        timestamp(string timezone, int year, int month, int day, int hour=0, int minute=0, int second=0) int
        timestamp(int year, int month, int day, int hour=0, int minute=0, int second=0) int
        timestamp(const string dateString) int
        dayofweek.sunday : const int = 1
        dayofweek.monday : const int = 2
        dayofweek.tuesday : const int = 3
        dayofweek.wednesday : const int = 4
        dayofweek.thursday : const int = 5
        dayofweek.friday : const int = 6
        dayofweek.saturday : const int = 7
        timeframe.change(string timeframe) series bool
        timeframe.from_seconds(int seconds) string
        timeframe.in_seconds(string timeframe="") int
        timeframe.isdaily : simple bool
        timeframe.isdwm : simple bool
        timeframe.isintraday : simple bool
        timeframe.isminutes : simple bool
        timeframe.ismonthly : simple bool
        timeframe.isseconds : simple bool
        timeframe.isticks : simple bool
        timeframe.isweekly : simple bool
        timeframe.main_period : simple string
        timeframe.multiplier : simple int
        timeframe.period : simple string
        session.isfirstbar : series bool
        session.isfirstbar_regular : series bool
        session.islastbar : series bool
        session.islastbar_regular : series bool
        session.ismarket : series bool
        session.ispostmarket : series bool
        session.ispremarket : series bool
        session.extended : const string = "extended"
        session.regular : const string = "regular"
        syminfo.prefix(simple string symbol) simple string
        syminfo.ticker(simple string symbol) simple string
        syminfo.basecurrency : simple string
        syminfo.country : simple string
        syminfo.currency : simple string
        syminfo.current_contract : simple string
        syminfo.description : simple string
        syminfo.employees : simple int
        syminfo.expiration_date : simple int
        syminfo.industry : simple string
        syminfo.isin : simple string
        syminfo.main_tickerid : simple string
        syminfo.mincontract : simple float
        syminfo.minmove : simple int
        syminfo.mintick : simple float
        syminfo.pointvalue : simple float
        syminfo.prefix : simple string
        syminfo.pricescale : simple int
        syminfo.recommendations_buy : series int
        syminfo.recommendations_buy_strong : series int
        syminfo.recommendations_date : series int
        syminfo.recommendations_hold : series int
        syminfo.recommendations_sell : series int
        syminfo.recommendations_sell_strong : series int
        syminfo.recommendations_total : series int
        syminfo.root : simple string
        syminfo.sector : simple string
        syminfo.session : simple string
        syminfo.shareholders : simple int
        syminfo.shares_outstanding_float : simple float
        syminfo.shares_outstanding_total : simple int
        syminfo.target_price_average : series float
        syminfo.target_price_date : series int
        syminfo.target_price_estimates : series float
        syminfo.target_price_high : series float
        syminfo.target_price_low : series float
        syminfo.target_price_median : series float
        syminfo.ticker : simple string
        syminfo.tickerid : simple string
        syminfo.timezone : simple string
        syminfo.type : simple string
        syminfo.volumetype : simple string
        chart.bg_color : input color
        chart.fg_color : input color
        chart.is_heikinashi : simple bool
        chart.is_kagi : simple bool
        chart.is_linebreak : simple bool
        chart.is_pnf : simple bool
        chart.is_range : simple bool
        chart.is_renko : simple bool
        chart.is_standard : simple bool
        chart.left_visible_bar_time : input int
        chart.right_visible_bar_time : input int
        barstate.isconfirmed : series bool
        barstate.isfirst : series bool
        barstate.ishistory : series bool
        barstate.islast : series bool
        barstate.islastconfirmedhistory : series bool
        barstate.isnew : series bool
        barstate.isrealtime : series bool
        ticker.heikinashi(simple string symbol) simple string
        ticker.inherit(simple string from_tickerid, simple string symbol) simple string
        ticker.kagi(simple string symbol, simple float param, simple string style="Traditional") simple string
        ticker.linebreak(simple string symbol, simple int number_of_lines) simple string
        ticker.modify(simple string tickerid, simple string session?, simple string adjustment?, simple string backadjustment?, simple string settlement_as_close?) simple string
        ticker.new(simple string prefix, simple string ticker, simple string session?, simple string adjustment?, simple string backadjustment?, simple string settlement_as_close?) simple string
        ticker.pointfigure(simple string symbol, simple string source, simple string style, simple float param, simple int reversal) simple string
        ticker.renko(simple string symbol, simple string style, simple float param, simple bool request_wicks=false, simple string source="close") simple string
        ticker.standard(simple string symbol?) simple string
        adjustment.dividends : const string = "dividends"
        adjustment.none : const string = "none"
        adjustment.splits : const string = "splits"
        backadjustment.inherit : const string = "inherit"
        backadjustment.off : const string = "off"
        backadjustment.on : const string = "on"
        settlement_as_close.inherit : const string = "inherit"
        settlement_as_close.off : const string = "off"
        settlement_as_close.on : const string = "on"
        """;
}
