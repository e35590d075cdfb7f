namespace ActorTrading.Pine.Builtins.Signatures;

/// <summary>input.*, request.*, currency.*, dividends.*, earnings.*, splits.*.</summary>
internal static class RequestSignatures
{
    private const string CurrencyCodes = "AED ARS AUD BDT BHD BRL BTC CAD CHF CLP CNY COP CZK DKK EGP ETH EUR GBP HKD HUF IDR ILS INR ISK JPY KES KRW KWD LKR MAD MXN MYR NGN NOK NONE NZD PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TND TRY TWD USD USDT UYU VES VND ZAR";

    public static readonly string Text = """
        input(const int defval, const string title="", const string tooltip="", const string inline="", const string group="", const any display?, input bool active?) input int
        input(const float defval, const string title="", const string tooltip="", const string inline="", const string group="", const any display?, input bool active?) input float
        input(const bool defval, const string title="", const string tooltip="", const string inline="", const string group="", const any display?, input bool active?) input bool
        input(const string defval, const string title="", const string tooltip="", const string inline="", const string group="", const any display?, input bool active?) input string
        input(const color defval, const string title="", const string tooltip="", const string inline="", const string group="", const any display?, input bool active?) input color
        input(series float defval, const string title="", const string tooltip="", const string inline="", const string group="", const any display?, input bool active?) series float
        input.bool(const bool defval, const string title="", const string tooltip="", const string inline="", const string group="", const bool confirm=false, const any display?, input bool active?) input bool
        input.color(const color defval, const string title="", const string tooltip="", const string inline="", const string group="", const bool confirm=false, const any display?, input bool active?) input color
        input.enum(const E defval, const string title="", const any options?, const string tooltip="", const string inline="", const string group="", const bool confirm=false, const any display?, input bool active?) input E
        input.float(const float defval, const string title="", const float minval?, const float maxval?, const float step?, const string tooltip="", const string inline="", const string group="", const bool confirm=false, const any display?, input bool active?) input float
        input.float(const float defval, const string title="", const any options, const string tooltip="", const string inline="", const string group="", const bool confirm=false, const any display?, input bool active?) input float
        input.int(const int defval, const string title="", const int minval?, const int maxval?, const int step?, const string tooltip="", const string inline="", const string group="", const bool confirm=false, const any display?, input bool active?) input int
        input.int(const int defval, const string title="", const any options, const string tooltip="", const string inline="", const string group="", const bool confirm=false, const any display?, input bool active?) input int
        input.price(const float defval, const string title="", const string tooltip="", const string inline="", const string group="", const bool confirm=false, const any display?, input bool active?) input float
        input.session(const string defval, const string title="", const any options?, const string tooltip="", const string inline="", const string group="", const bool confirm=false, const any display?, input bool active?) input string
        input.source(series float defval, const string title="", const string tooltip="", const string inline="", const string group="", const any display?, const bool confirm=false, input bool active?) series float
        input.string(const string defval, const string title="", const any options?, const string tooltip="", const string inline="", const string group="", const bool confirm=false, const any display?, input bool active?) input string
        input.symbol(const string defval, const string title="", const string tooltip="", const string inline="", const string group="", const bool confirm=false, const any display?, input bool active?) input string
        input.text_area(const string defval, const string title="", const string tooltip="", const string group="", const bool confirm=false, const any display?, input bool active?) input string
        input.time(const int defval, const string title="", const string tooltip="", const string inline="", const string group="", const bool confirm=false, const any display?, input bool active?) input int
        input.timeframe(const string defval, const string title="", const any options?, const string tooltip="", const string inline="", const string group="", const bool confirm=false, const any display?, input bool active?) input string
        request.security(string symbol, string timeframe, E expression, barmerge gaps="gaps_off", barmerge lookahead="lookahead_off", bool ignore_invalid_symbol=false, string currency?, simple int calc_bars_count?) series E
        request.security_lower_tf(string symbol, string timeframe, E expression, bool ignore_invalid_symbol=false, string currency?, bool ignore_invalid_timeframe=false, simple int calc_bars_count?) series array<E>
        request.currency_rate(string from, string to, bool ignore_invalid_currency=false) series float
        request.dividends(string ticker, string field="gross", barmerge gaps="gaps_off", barmerge lookahead="lookahead_off", bool ignore_invalid_symbol=false, string currency?) series float
        request.earnings(string ticker, string field="actual", barmerge gaps="gaps_off", barmerge lookahead="lookahead_off", bool ignore_invalid_symbol=false, string currency?) series float
        request.economic(string country_code, string field, barmerge gaps="gaps_off", bool ignore_invalid_symbol=false) series float
        request.financial(string symbol, string financial_id, string period, barmerge gaps="gaps_off", bool ignore_invalid_symbol=false, string currency?) series float
        request.footprint(simple int ticks_per_row, simple int va_percent=70, simple int imbalance_percent=300) series footprint
        request.quandl(simple string ticker, barmerge gaps="gaps_off", simple int index=0, bool ignore_invalid_symbol=false) series float
        request.seed(simple string source, simple string symbol, E expression, bool ignore_invalid_symbol=false, simple int calc_bars_count?) series E
        request.splits(string ticker, string field, barmerge gaps="gaps_off", barmerge lookahead="lookahead_off", bool ignore_invalid_symbol=false) series float
        barmerge.gaps_off : const barmerge = "gaps_off"
        barmerge.gaps_on : const barmerge = "gaps_on"
        barmerge.lookahead_off : const barmerge = "lookahead_off"
        barmerge.lookahead_on : const barmerge = "lookahead_on"
        dividends.future_amount : series float
        dividends.future_ex_date : series int
        dividends.future_pay_date : series int
        dividends.gross : const string = "gross"
        dividends.net : const string = "net"
        earnings.actual : const string = "actual"
        earnings.estimate : const string = "estimate"
        earnings.standardized : const string = "standardized"
        earnings.future_eps : series float
        earnings.future_period_end_time : series int
        earnings.future_revenue : series float
        earnings.future_time : series int
        splits.denominator : const string = "denominator"
        splits.numerator : const string = "numerator"
        """
        + "\n" + string.Join('\n', CurrencyCodes.Split(' ').Select(code => $"currency.{code} : const string = \"{code}\""));
}
