using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Pine;
using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Report;
using ActorTrading.Pine.Strategy;
using ActorTrading.Postgres;
using Microsoft.Extensions.Logging;
using Orleans;
using Timeframe = ActorTrading.Domain.Timeframe;

namespace ActorTrading.Grains;

/// <summary>Runs one backtest on the calling thread, which is a worker's and may wait: for bars, and for the grain that stores the outcome.</summary>
public sealed class BacktestRunner(IGrainFactory grains, IStrategyStore strategies, ICandleStore candles, InstrumentSet instruments, FeedSettings feeds,
    BacktestSettings settings, TimeProvider clock, ILogger<BacktestRunner> log)
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(250);

    public void Run(StoredBacktest row, CancellationToken stop)
    {
        var grain = grains.GetGrain<IBacktestGrain>(row.Id);
        if (!grain.BeginAsync().GetAwaiter().GetResult())
        {
            return;
        }

        var outcome = OutcomeOf(row, grain, stop);

        // Cancelled, it has ended already; at a shutdown it is left unfinished and runs again after the start.
        if (outcome is not null && !stop.IsCancellationRequested)
        {
            grain.FinishAsync(outcome).GetAwaiter().GetResult();
        }
    }

    private BacktestOutcome? OutcomeOf(StoredBacktest row, IBacktestGrain grain, CancellationToken stop)
    {
        try
        {
            var request = JsonSerializer.Deserialize<BacktestRequest>(row.Request, DomainJson.Options)!;
            return new BacktestOutcome(ImmutableCollectionsMarshal.AsImmutableArray(Compute(request, new Reporter(grain, clock), stop)), null);
        }
        catch (BacktestFailedException e)
        {
            return new BacktestOutcome([], e.Message);
        }
        catch (Exception e) when (e is not (StoreUnavailableException or OperationCanceledException))
        {
            // A defect of ours must not be tried again for ever.
            log.LogError(e, "Backtest {Id} failed unexpectedly", row.Id);
            return new BacktestOutcome([], "The backtest failed for an internal reason.");
        }
    }

    private byte[] Compute(BacktestRequest request, IProgress<double> progress, CancellationToken stop)
    {
        var source = request.Script ?? strategies.ScriptAsync(request.StrategyId!.Value, request.StrategyVersion!.Value, stop).GetAwaiter().GetResult()
            ?? throw new BacktestFailedException("The strategy's script is gone.");
        var compiled = PineCompiler.Compile(source);
        if (compiled.Script is not { Kind: ScriptKind.Strategy } script)
        {
            throw new BacktestFailedException(compiled.Ok ? "The script is not a strategy." : $"The script has errors: {compiled.Diagnostics[0]}");
        }

        var instrument = instruments.Find(request.Symbol) ?? throw new BacktestFailedException($"There is no symbol '{request.Symbol}'.");
        var timeframe = Enum.Parse<Timeframe>(request.Timeframe);
        var bars = BarsOf(request, timeframe, stop);
        var result = script.Run(bars, new RunOptions
        {
            Symbol = PineSymbols.Of(instrument, feeds.TradingDay),
            Timeframe = bars.Timeframe,
            Inputs = InputsOf(request.InputsJson),
            Limits = ScriptLimits.Default with { Time = settings.TimeMax, BarTime = settings.BarTimeMax, MemoryBytes = settings.MemoryBytesMax },
            Provider = new RequestedBars(candles, instruments, feeds.TradingDay, request.Symbol, bars, request.From, request.To, settings.BarsMax, stop),
            StrategySettings = declared => SettingsOf(request, declared),
            Cancellation = stop,
            Progress = progress,
            Clock = new ReportClock(clock, request.To),
            CapturePlots = false,
        });
        stop.ThrowIfCancellationRequested();
        return result.Error is { } error
            ? throw new BacktestFailedException(string.Create(CultureInfo.InvariantCulture, $"{error.Message} (line {error.Line}, column {error.Column}, bar {error.BarIndex})"))
            : Write(BacktestReport.Create(result.Broker!, bars), bars);
    }

    private BarSeries BarsOf(BacktestRequest request, Timeframe timeframe, CancellationToken stop)
    {
        var bars = StoredBars.ReadAsync(candles, request.Symbol, timeframe, request.From, request.To, settings.BarsMax, stop).GetAwaiter().GetResult()
            ?? throw new BacktestFailedException($"There are more than {settings.BarsMax} bars from {request.From:u} to {request.To:u}: take a shorter span or a longer timeframe.");
        return bars.Count >= 2
            ? bars
            : throw new BacktestFailedException($"Too little history: {bars.Count} {request.Timeframe} bars of {request.Symbol} are stored from {request.From:u} to {request.To:u}, and at least 2 are needed. Import some, or take another span.");
    }

    private static StrategySettings SettingsOf(BacktestRequest request, StrategySettings declared) => declared with
    {
        InitialCapital = (double?)request.InitialCapital ?? declared.InitialCapital,
        CommissionType = request.Commission is null ? declared.CommissionType : CommissionType.Percent,
        CommissionValue = (double?)request.Commission ?? declared.CommissionValue,
        Slippage = request.SlippageTicks ?? declared.Slippage,
    };

    internal static Dictionary<string, object> InputsOf(string? json)
    {
        var inputs = new Dictionary<string, object>(StringComparer.Ordinal);
        if (json is null)
        {
            return inputs;
        }

        using var document = JsonDocument.Parse(json);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            inputs[property.Name] = property.Value.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                JsonValueKind.Number => property.Value.GetDouble(),
                _ => property.Value.GetString() ?? "",
            };
        }

        return inputs;
    }

    /// <summary><c>{"bars":{count,first,last},"summary":…,"trades":…,"equity":…}</c>, Brotli; a function of the report and nothing else.</summary>
    private static byte[] Write(BacktestReport report, BarSeries bars)
    {
        var body = new ArrayBufferWriter<byte>(64 * 1024);
        using (var json = new Utf8JsonWriter(body))
        {
            ReportJson.WriteBacktest(json, report);
        }

        using var compressed = new MemoryStream();
        using (var brotli = new BrotliStream(compressed, CompressionLevel.Fastest))
        {
            brotli.Write(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"bars":{"count":{{bars.Count}},"first":{{bars.TimeMs[0]}},"last":{{bars.TimeMs[^1]}}},""")));

            // The report is an object of its own; what follows its brace follows ours.
            brotli.Write(body.WrittenSpan[1..]);
        }

        return compressed.ToArray();
    }

    /// <summary>Sends progress on, four times a second at most.</summary>
    private sealed class Reporter(IBacktestGrain grain, TimeProvider clock) : IProgress<double>
    {
        private long _reportedAt = clock.GetTimestamp();

        public void Report(double value)
        {
            if (clock.GetElapsedTime(_reportedAt) < ReportEvery)
            {
                return;
            }

            _reportedAt = clock.GetTimestamp();
            _ = grain.ReportAsync(value);
        }
    }

    /// <summary>Limits run on real time; what the script sees as now is the end of its bars, so that it gives the same result tomorrow.</summary>
    private sealed class ReportClock(TimeProvider real, DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;

        public override long GetTimestamp() => real.GetTimestamp();

        public override long TimestampFrequency => real.TimestampFrequency;
    }
}

/// <summary>The run ends without a report; the message is for its user.</summary>
internal sealed class BacktestFailedException(string message) : Exception(message);
