using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Runtime;

/// <summary>
/// The values of one request.* call site. Its expression runs on its own chart, bar by bar as the script's chart passes them; the call reads
/// the newest value that may be known: without lookahead that of the last closed bar, with it that of the bar in progress.
/// </summary>
internal sealed class RequestStream(int contextIndex, int results, bool lower)
{
    private readonly Dictionary<(string, string), RequestChart> _charts = [];
    private RequestChart? _chart;
    private string? _symbol, _timeframe;
    private bool _gap;
    private int _from, _to;

    /// <summary>Moves to the script's current bar.</summary>
    public void Advance(ScriptContext script, string? symbol, string? timeframe, string? gaps, string? lookahead, bool ignoreInvalid, bool ignoreTimeframe)
    {
        if (_chart is null || !ReferenceEquals(symbol, _symbol) && symbol != _symbol || !ReferenceEquals(timeframe, _timeframe) && timeframe != _timeframe)
        {
            (_symbol, _timeframe) = (symbol, timeframe);
            var key = (symbol ?? "", timeframe ?? "");
            if (!_charts.TryGetValue(key, out var chart))
                _charts[key] = chart = RequestChart.Open(script, contextIndex, results, symbol, timeframe, lower, ignoreInvalid, ignoreTimeframe);
            _chart = chart;
        }
        if (lower) (_from, _to) = _chart.AdvanceLower(script);
        else _gap = !_chart.Advance(script, lookahead == "lookahead_on") && gaps == "gaps_on";
    }

    public double Number(int item) => _gap ? double.NaN : _chart!.Number(item);

    public object? Object(int item) => _gap ? null : _chart!.Object(item);

    /// <summary>The values of the finer bars within the script's current bar.</summary>
    public PineArray<T> Lower<T>(int item)
    {
        var array = new PineArray<T>();
        for (int i = _from; i < _to; i++) array.Push(_chart!.At<T>(i, item));
        return array;
    }
}

/// <summary>One symbol and timeframe that a request looks at, with the requested expression's values bar by bar.</summary>
internal sealed class RequestChart
{
    private readonly ScriptContext? _context;
    private SecurityData.Found? _source;
    private BarSeries? _bars;
    private readonly double[] _numbers;
    private readonly object?[] _objects;
    private readonly List<double[]> _numberLog = [];
    private readonly List<object?[]> _objectLog = [];
    private long[] _ends = [];
    /// <summary>Bars executed, and the one whose values are shown (−1 for none).</summary>
    private int _done, _shown = -1;
    private int _lowerBar = -1;

    private RequestChart(int results)
    {
        _numbers = new double[results];
        _objects = new object?[results];
        Array.Fill(_numbers, double.NaN);
    }

    private RequestChart(ScriptContext context, SecurityData.Found source, int results) : this(results)
    {
        (_context, _source, _bars, _ends) = (context, source, source.Bars, source.Ends);
    }

    public static RequestChart Open(ScriptContext script, int contextIndex, int results, string? symbol, string? timeframe, bool lower, bool ignoreInvalid, bool ignoreTimeframe)
    {
        var runtime = script.Runtime;
        if (lower && ignoreTimeframe && Timeframe.TryParse(timeframe, out var wanted) && wanted.Seconds > runtime.Main.Timeframe.Seconds) return new RequestChart(results);
        if (runtime.Security.Find(script, symbol, timeframe, lower) is not { } found)
        {
            if (ignoreInvalid) return new RequestChart(results);
            throw new PineRuntimeException($"request.security: no bars of '{symbol}' at timeframe '{timeframe}' are available.");
        }
        var context = runtime.Script.Emitted!.Contexts[contextIndex]();
        context.Runtime = runtime;
        context.Broker = runtime.Broker!;
        context.Symbol = found.Symbol;
        context.Calendar = new TradingCalendar(found.Symbol);
        context.SetBars(found.Bars);
        context.LastBarIndex = found.Bars.Count - 1;
        context.NumberResults = new double[results];
        context.ObjectResults = new object?[results];
        context.IsHistory = context.IsConfirmed = context.IsNew = true;
        context.Attach();
        return new RequestChart(context, found, results);
    }

    /// <summary>Executes the bars that the script's bar makes known; whether the values shown are new.</summary>
    public bool Advance(ScriptContext script, bool lookahead)
    {
        if (_context is null) return false;
        Refresh(script);
        long close = (long)script.CloseTime();
        int before = _shown;
        bool sameOrCoarser = _bars!.Timeframe.Seconds >= script.Timeframe.Seconds;
        // The last bar that may be seen: closed by the end of the script's bar, or already open with lookahead.
        while (_done < _bars.Count)
        {
            bool visible = lookahead && sameOrCoarser ? _bars.TimeMs[_done] < close : _ends[_done] <= close;
            if (!visible) break;
            Execute(_done++);
        }
        _shown = _done - 1;
        return _shown != before;
    }

    /// <summary>Executes the finer bars within the script's bar; returns their range.</summary>
    public (int From, int To) AdvanceLower(ScriptContext script)
    {
        if (_context is null) return (0, 0);
        Refresh(script);
        // Asked again on the same bar, it gives the same.
        if (script.Bar == _lowerBar && !script.IsRealtime) return (0, _numberLog.Count);
        _lowerBar = script.Bar;
        _numberLog.Clear();
        _objectLog.Clear();
        long open = (long)script.Time, close = (long)script.CloseTime();
        while (_done < _bars!.Count && _bars.TimeMs[_done] < close)
        {
            Execute(_done);
            if (_bars.TimeMs[_done++] < open) continue;
            _numberLog.Add([.. _numbers]);
            _objectLog.Add([.. _objects]);
        }
        return (0, _numberLog.Count);
    }

    /// <summary>Live bars lengthen the chart, and so what is made from its bars.</summary>
    private void Refresh(ScriptContext script)
    {
        if (!script.IsRealtime || script.Runtime.Security.Newer(script, _source!) is not { } newer) return;
        (_source, _bars, _ends) = (newer, newer.Bars, newer.Ends);
        _context!.SetBars(_bars);
        _context.LastBarIndex = _bars.Count - 1;
    }

    private void Execute(int bar)
    {
        _context!.LoadBar(bar);
        _context.IsLast = bar == _bars!.Count - 1;
        _context.IsLastConfirmedHistory = _context.IsLast;
        _context.Execute();
        _context.NumberResults.CopyTo(_numbers, 0);
        _context.ObjectResults.CopyTo(_objects, 0);
    }

    public double Number(int item) => _shown < 0 ? double.NaN : _numbers[item];

    public object? Object(int item) => _shown < 0 ? null : _objects[item];

    public T At<T>(int bar, int item)
    {
        if (typeof(T) == typeof(double)) return (T)(object)_numberLog[bar][item];
        if (typeof(T) == typeof(bool)) return (T)(object)(_numberLog[bar][item] == 1);
        return (T)_objectLog[bar][item]!;
    }
}

/// <summary>Bars for requests: the chart's own aggregated, or the provider's.</summary>
internal sealed class SecurityData(ScriptInstance instance)
{
    /// <param name="Key">Symbol and timeframe asked for.</param>
    /// <param name="Updates">Live updates of the chart when it was made.</param>
    public sealed record Found(BarSeries Bars, SymbolInfo Symbol, long[] Ends, (string, Timeframe) Key = default, int Updates = 0);

    private readonly Dictionary<(string, Timeframe), Found> _known = [];

    public Found? Find(ScriptContext script, string? symbol, string? timeframe, bool lower)
    {
        var main = script.Runtime.Main;
        var wanted = main.Timeframe;
        if (!string.IsNullOrEmpty(timeframe) && !Timeframe.TryParse(timeframe, out wanted))
            throw new PineRuntimeException($"request.security: '{timeframe}' is not a timeframe.");
        string ticker = string.IsNullOrEmpty(symbol) ? main.Symbol.TickerId : symbol;
        if (_known.TryGetValue((ticker, wanted), out var known)) return known;
        if (ticker.StartsWith(Builtins.Bindings.SymbolBindings.HeikinAshiMark, StringComparison.Ordinal))
        {
            var plain = Find(script, ticker[Builtins.Bindings.SymbolBindings.HeikinAshiMark.Length..], timeframe, lower);
            return plain is null ? null : _known[(ticker, wanted)] = plain with { Bars = HeikinAshi.Of(plain.Bars) };
        }
        bool same = ticker == main.Symbol.TickerId || ticker == main.Symbol.Ticker;
        if (lower && wanted.Seconds > main.Timeframe.Seconds)
            throw new PineRuntimeException($"request.security_lower_tf: the timeframe '{timeframe}' must not be above the chart's, {main.Timeframe}.");
        Found? found = null;
        if (script.Runtime.Options.Provider?.GetBars(ticker, wanted) is { } provided) found = With(provided.Bars, provided.Symbol);
        else if (same && wanted == main.Timeframe) found = With(instance.ChartBars(), main.Symbol);
        else if (same && wanted.Seconds > main.Timeframe.Seconds) found = With(BarAggregation.Aggregate(instance.ChartBars(), wanted, main.Calendar), main.Symbol);
        else if (same && script.Runtime.Options.LowerBars is { } finer && finer.Timeframe.Seconds <= wanted.Seconds)
            found = With(finer.Timeframe == wanted ? finer : BarAggregation.Aggregate(finer, wanted, main.Calendar), main.Symbol);
        if (found is not null) _known[(ticker, wanted)] = found = found with { Key = (ticker, wanted), Updates = script.Runtime.Updates };
        return found;
    }

    /// <summary>The same bars again when the chart has changed since, else null.</summary>
    public Found? Newer(ScriptContext script, Found old)
    {
        int updates = script.Runtime.Updates;
        if (old.Updates == updates) return null;
        if (_known.TryGetValue(old.Key, out var known) && known.Updates == updates) return known;
        _known.Remove(old.Key);
        return Find(script, old.Key.Item1, old.Key.Item2.ToString(), false);
    }

    private static Found With(BarSeries bars, SymbolInfo symbol)
    {
        var calendar = new TradingCalendar(symbol);
        var ends = new long[bars.Count];
        for (int i = 0; i < ends.Length; i++)
        {
            ends[i] = calendar.PeriodEnd(bars.TimeMs[i], bars.Timeframe);
            if (i + 1 < ends.Length && bars.TimeMs[i + 1] < ends[i]) ends[i] = bars.TimeMs[i + 1];
        }
        return new Found(bars, symbol, ends);
    }
}
