using System.Runtime.CompilerServices;
using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Runtime;
using ActorTrading.Pine.Strategy;

namespace ActorTrading.Pine;

/// <summary>One run of a script. Not thread-safe.</summary>
public sealed partial class ScriptInstance
{
    private const int ProgressSteps = 100;
    private const int BarsBetweenChecks = 256;

    private readonly ScriptRuntime _runtime;
    private readonly ScriptContext _main;
    private BarSeries? _bars;
    private int _executed;
    private bool _cancelled;

    internal ScriptInstance(CompiledScript script, RunOptions options)
    {
        (Script, Options) = (script, options);
        _main = script.Emitted!.Contexts[0]();
        _runtime = new ScriptRuntime { Script = script, Options = options, Inputs = new object?[script.Inputs.Count], MeasureMemory = () => StateSnapshot.Measure(_main) };
        var declaration = script.Declaration!;
        _runtime.Main = _main;
        _runtime.Security = new SecurityData(this);
        _runtime.Drawings = new DrawingStore((int)declaration.Get("max_lines_count", 50.0), (int)declaration.Get("max_labels_count", 50.0),
            (int)declaration.Get("max_boxes_count", 50.0), (int)declaration.Get("max_polylines_count", 50.0));
        _main.Runtime = _runtime;
        _main.IsMain = true;
        _main.Symbol = options.Symbol;
        _runtime.StartRun();
        Guard(() =>
        {
            _main.Calendar = new TradingCalendar(options.Symbol);
            InputValues.Resolve(script.Inputs, options.Inputs, _main.Calendar.Zone, _runtime.Inputs);
        });
    }

    public CompiledScript Script { get; }
    public RunOptions Options { get; }
    /// <summary>Set once the run has failed; later bars are ignored.</summary>
    public RuntimeError? Error { get; private set; }
    public BrokerEmulator? Broker { get; private set; }
    /// <summary>Bars executed so far.</summary>
    public int BarsExecuted => _executed;

    internal BarSeries ChartBars() => _bars!.Count == _main.Times.Length ? _bars : LiveBars();

    /// <summary>Executes every bar of <paramref name="bars"/> as confirmed history. Call once, first.</summary>
    public void RunHistory(BarSeries bars)
    {
        if (_bars is not null) throw new InvalidOperationException("RunHistory is called once, before any live bar.");
        _bars = Options.Timeframe is { } timeframe && timeframe != bars.Timeframe
            ? new BarSeries(bars.TimeMs, bars.Open, bars.High, bars.Low, bars.Close, bars.Volume, timeframe) : bars;
        if (Error is not null) return;
        Guard(() => Start(_bars));
        if (Error is null) Guard(ExecuteHistory);
    }

    private void Start(BarSeries bars)
    {
        if (Script.Settings is { } settings)
        {
            if (Options.StrategySettings is { } change) settings = change(settings);
            _runtime.Broker = Broker = _main.Broker = new BrokerEmulator(settings, Options.Symbol, bars.Count);
            if (settings.CalcOnOrderFills) Broker.Recalculate = Recalculate;
        }
        _main.SetBars(bars);
        if (Broker is not null && bars.Count > 0) ConvertMoney(Broker);
        _main.LastBarIndex = bars.Count - 1;
        _main.IsHistory = _main.IsConfirmed = _main.IsNew = true;
        AllocatePlots(bars.Count);
        _main.Attach();
    }

    /// <summary>An account in another currency than the symbol's: its money goes by the rate of the day before.</summary>
    private void ConvertMoney(BrokerEmulator broker)
    {
        var (from, to) = (Options.Symbol.Currency, broker.Settings.Currency);
        if (to.Length == 0 || from.Length == 0 || from == to) return;
        if (double.IsNaN(_runtime.Rates.Rate(from, to, _bars!.TimeMs[0])))
            _runtime.Logs.Add(new LogEntry(0, _bars.TimeMs[0], LogLevel.Warning, $"No bars of {from}{to} or {to}{from} are available: money is not converted to the strategy's currency, {to}, and stays in {from}."));
        else broker.AccountRate = time => _runtime.Rates.Rate(from, to, time);
    }

    private void AllocatePlots(int bars)
    {
        if (!Options.CapturePlots) return;
        var definitions = Script.PlotDefinitions;
        _runtime.Plots = new double[definitions.Count][];
        _runtime.PlotColors = new double[definitions.Count][];
        for (int i = 0; i < definitions.Count; i++)
        {
            _runtime.Plots[i] = GC.AllocateUninitializedArray<double>(bars);
            if (definitions[i].CapturesColor) _runtime.PlotColors[i] = GC.AllocateUninitializedArray<double>(bars);
        }
    }

    private void ExecuteHistory()
    {
        int count = _bars!.Count;
        int step = Math.Max(1, count / ProgressSteps);
        int nextProgress = step;
        var lower = LowerBars();
        for (int start = 0; start < count;)
        {
            int end = Math.Min(count, start + BarsBetweenChecks);
            _runtime.CheckLimits();
            if (Broker is null) ExecuteIndicator(start, end);
            else ExecuteStrategy(start, end, lower);
            start = end;
            if (start >= nextProgress)
            {
                Options.Progress?.Report((double)start / count);
                nextProgress += step;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ExecuteIndicator(int start, int end)
    {
        var main = _main;
        for (int bar = start; bar < end; bar++)
        {
            main.LoadBar(bar);
            if (bar == main.LastBarIndex) main.IsLast = main.IsLastConfirmedHistory = true;
            main.Execute();
            _executed = bar + 1;
        }
    }

    private void ExecuteStrategy(int start, int end, LowerTimeframe? lower)
    {
        var main = _main;
        var broker = Broker!;
        bool recalculates = broker.Recalculate is not null;
        for (int bar = start; bar < end; bar++)
        {
            main.LoadBar(bar);
            if (bar == main.LastBarIndex) main.IsLast = main.IsLastConfirmedHistory = true;
            _remembered = false;
            if (recalculates && broker.Settings.ProcessOrdersOnClose) Remember();
            if (lower is null) broker.OnBarOpen(bar, main.Times[bar], main.Open, main.High, main.Low, main.Close);
            else broker.OnBarOpen(bar, main.Times[bar], main.Open, main.High, main.Low, main.Close, lower.Of(bar));
            if (_remembered) RollBack();
            main.Execute();
            broker.OnBarClose();
            _executed = bar + 1;
        }
    }

    private LowerTimeframe? LowerBars() => Options.LowerBars is { } finer && Broker?.Settings.UseBarMagnifier == true ? new LowerTimeframe(_bars!, finer) : null;

    /// <summary>Runs code of the script, turning what goes wrong into <see cref="Error"/>.</summary>
    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (OperationCanceledException) when (Options.Cancellation.IsCancellationRequested)
        {
            _cancelled = true;
            Fail("The run was cancelled.");
        }
        catch (PineRuntimeException e)
        {
            Fail(e.Message, e is PineTimeOutException);
        }
        catch (PineArgumentException e)
        {
            Fail(e.Message);
        }
        catch (Exception e)
        {
            // Whatever a script brings about stays its own affair: the host goes on.
            Fail(e is OutOfMemoryException ? "The script uses too much memory." : $"Internal error while running the script: {e.Message}");
        }
    }

    private void Fail(string message, bool isTimeOut = false)
    {
        // An error inside a request names the position of the request's own code when it has one.
        var positions = Script.Emitted!.Positions;
        var position = positions[Math.Clamp(_main.Position, 0, positions.Length - 1)];
        Error = new RuntimeError(message, position.Line, position.Column, _main.Bar) { IsTimeOut = isTimeOut };
    }

    public RunResult Result()
    {
        var plots = new List<PlotSeries>();
        if (Options.CapturePlots && _runtime.Plots.Length > 0)
            for (int i = 0; i < Script.PlotDefinitions.Count; i++)
            {
                var definition = Script.PlotDefinitions[i];
                plots.Add(new PlotSeries(definition.Title, definition.Kind, Trim(_runtime.Plots[i]!)) { Colors = _runtime.PlotColors[i] is { } colors ? Trim(colors) : null });
            }
        return new RunResult
        {
            Plots = plots, Alerts = _runtime.Alerts, Logs = _runtime.Logs, Broker = Broker, Error = Error, Cancelled = _cancelled, BarsExecuted = _executed,
        };
    }

    private double[] Trim(double[] values) => values.Length == _executed ? values : values.AsSpan(0, Math.Min(values.Length, _executed)).ToArray();
}
