using System.CommandLine;
using System.Globalization;
using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Cli;

/// <summary>The options by which run, backtest and optimize describe the chart.</summary>
internal sealed class ChartOptions
{
    public readonly Argument<string> Script = new("script") { Description = "The Pine file" };
    private readonly Option<string> _bars = new("--bars") { Description = "Bars: CSV with a header time,open,high,low,close,volume, or a zip of one", Required = true };
    private readonly Option<string?> _barsZone = new("--bars-timezone") { Description = "Zone of times in the file that name none (UTC)" };
    private readonly Option<string?> _timeframe = new("--timeframe") { Description = "Chart timeframe: 1, 60, 240, D, W…; finer bars are gathered" };
    private readonly Option<string> _symbol = new("--symbol") { Description = "Ticker, with or without exchange (EURUSD, FX:EURUSD)", DefaultValueFactory = _ => "EURUSD" };
    private readonly Option<double> _mintick = new("--mintick") { Description = "Price step", DefaultValueFactory = _ => 0.00001 };
    private readonly Option<double> _pointvalue = new("--pointvalue") { Description = "Money per point and contract", DefaultValueFactory = _ => 1 };
    private readonly Option<double> _minContract = new("--min-contract") { Description = "Quantity step", DefaultValueFactory = _ => 0.1 };
    private readonly Option<string?> _timezone = new("--timezone") { Description = "Exchange time zone (America/New_York for forex bars, otherwise UTC)" };
    private readonly Option<string?> _session = new("--session") { Description = "Regular session: 0930-1600:23456, 1700-1700, 24x7" };
    private readonly Option<string?> _currency = new("--currency") { Description = "Currency of prices (from a six-letter pair, otherwise USD)" };
    private readonly Option<string> _type = new("--type") { Description = "forex, stock, futures, crypto, index…", DefaultValueFactory = _ => "forex" };
    private readonly Option<string[]> _inputs = new("--input") { Description = "name=value, by an input's title or variable; may be repeated" };
    private readonly Option<string[]> _libraries = new("--library") { Description = "user/Name/version=file of an imported library; may be repeated" };
    private readonly Option<string[]> _data = new("--data") { Description = "SYMBOL=file: bars of another symbol for request.security; may be repeated" };
    private readonly Option<string?> _lowerBars = new("--lower-bars") { Description = "Finer bars, for the bar magnifier and request.security_lower_tf" };
    private readonly Option<int> _timeLimit = new("--time-limit") { Description = "Seconds that a run may take", DefaultValueFactory = _ => 300 };

    public void AddTo(Command command)
    {
        command.Add(Script);
        foreach (var option in new Option[] { _bars, _barsZone, _timeframe, _symbol, _mintick, _pointvalue, _minContract, _timezone, _session,
            _currency, _type, _inputs, _libraries, _data, _lowerBars, _timeLimit }) command.Add(option);
    }

    public IEnumerable<string> Libraries(ParseResult parsed) => parsed.GetValue(_libraries) ?? [];

    /// <summary>Reads the bars and everything around them.</summary>
    public (BarSeries Bars, RunOptions Options) Read(ParseResult parsed, CancellationToken cancellation)
    {
        var file = new BarFileOptions { TimeZone = parsed.GetValue(_barsZone) ?? "UTC" };
        var bars = BarFile.Read(parsed.GetRequiredValue(_bars), file);
        var symbol = Symbol(parsed, bars);
        var calendar = new TradingCalendar(symbol);
        if (parsed.GetValue(_timeframe) is { } text)
        {
            var timeframe = Timeframe.Parse(text);
            bars = timeframe.Seconds == bars.Timeframe.Seconds ? bars.As(timeframe) : BarAggregation.Aggregate(bars, timeframe, calendar);
        }
        var lower = parsed.GetValue(_lowerBars) is { } path ? BarFile.Read(path, file) : null;
        var other = new Dictionary<string, BarSeries>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in parsed.GetValue(_data) ?? [])
        {
            int equals = pair.IndexOf('=');
            if (equals <= 0) throw new FormatException($"--data '{pair}': write SYMBOL=file.");
            other[pair[..equals]] = BarFile.Read(pair[(equals + 1)..], file);
        }
        return (bars, new RunOptions
        {
            Symbol = symbol,
            Timeframe = bars.Timeframe,
            Inputs = Inputs(parsed),
            LowerBars = lower,
            Provider = new FileBars(symbol, bars, lower, other),
            Cancellation = cancellation,
            Limits = ScriptLimits.Default with { Time = TimeSpan.FromSeconds(parsed.GetValue(_timeLimit)) },
        });
    }

    private SymbolInfo Symbol(ParseResult parsed, BarSeries bars)
    {
        var name = parsed.GetRequiredValue(_symbol);
        int colon = name.IndexOf(':');
        var ticker = colon < 0 ? name : name[(colon + 1)..];
        var type = parsed.GetRequiredValue(_type);
        bool pair = ticker.Length == 6 && ticker.All(char.IsAsciiLetterUpper);
        var (zone, session) = ForexClock.Choose(type, parsed.GetValue(_timezone), parsed.GetValue(_session), bars);
        if (!ZoneClock.Exists(zone)) throw new FormatException($"--timezone '{zone}' is not known here.");
        if (!TradingSession.TryParse(session, out _)) throw new FormatException($"--session '{session}' is not a session such as 0930-1600:23456.");
        return new SymbolInfo
        {
            Ticker = ticker,
            Prefix = colon < 0 ? type == "forex" ? "FX" : "" : name[..colon],
            Type = type,
            Currency = parsed.GetValue(_currency) ?? (pair ? ticker[3..] : "USD"),
            BaseCurrency = pair ? ticker[..3] : "",
            MinTick = Above0(parsed.GetValue(_mintick), "--mintick"),
            PointValue = Above0(parsed.GetValue(_pointvalue), "--pointvalue"),
            MinContract = Above0(parsed.GetValue(_minContract), "--min-contract"),
            TimeZone = zone,
            Session = session,
        };
    }

    private static double Above0(double value, string option) => value > 0 && double.IsFinite(value) ? value : throw new FormatException($"{option} must be above 0.");

    private Dictionary<string, object> Inputs(ParseResult parsed)
    {
        var inputs = new Dictionary<string, object>();
        foreach (var pair in parsed.GetValue(_inputs) ?? [])
        {
            int equals = pair.IndexOf('=');
            if (equals <= 0) throw new FormatException($"--input '{pair}': write name=value.");
            inputs[pair[..equals].Trim()] = Value(pair[(equals + 1)..].Trim());
        }
        return inputs;
    }

    private static object Value(string text) =>
        bool.TryParse(text, out bool flag) ? flag
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number
        : text;
}
