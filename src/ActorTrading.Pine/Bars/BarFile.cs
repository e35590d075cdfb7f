using System.Globalization;
using System.IO.Compression;

namespace ActorTrading.Pine.Bars;

/// <summary>How to read a bar file whose own text leaves something open.</summary>
public sealed record BarFileOptions
{
    /// <summary>Zone of times that carry none.</summary>
    public string TimeZone { get; init; } = "UTC";
    /// <summary>Timeframe of bars built from a tick file.</summary>
    public Timeframe TickTimeframe { get; init; } = new(1, TimeframeUnit.Minute);
    /// <summary>Most lines accepted.</summary>
    public int MaxLines { get; init; } = 50_000_000;
}

/// <summary>A bar file that cannot be read; the message names the line.</summary>
public sealed class BarFileException(string message) : Exception(message);

/// <summary>
/// Reads bars from CSV, plain or the first entry of a zip. Three layouts are told apart by their first line:
/// <list type="bullet">
/// <item>a header with time, open, high, low, close and optionally volume, in any order and case, time in seconds or
/// milliseconds since 1970 or ISO 8601;</item>
/// <item>no header, <c>yyyyMMdd HH:mm,bidO,bidH,bidL,bidC,bidSize,askO,askH,askL,askC,askSize</c>, UTC: bars of the mid price;</item>
/// <item>no header, <c>ms_since_midnight,bid,ask</c>, the day taken from a <c>yyyyMMdd</c> in the file name: ticks, gathered into bars.</item>
/// </list>
/// Bars with the same time are refused unless equal; bars out of order are refused.
/// </summary>
public static class BarFile
{
    /// <exception cref="BarFileException">The file is absent, empty or malformed.</exception>
    public static BarSeries Read(string path, BarFileOptions? options = null)
    {
        if (!File.Exists(path)) throw new BarFileException($"There is no file '{path}'.");
        try
        {
            using var file = File.OpenRead(path);
            if (!path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase)) return Read(file, Path.GetFileName(path), options);
            using var zip = new ZipArchive(file, ZipArchiveMode.Read);
            var entry = zip.Entries.FirstOrDefault(e => e.Name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
                ?? throw new BarFileException($"The archive '{path}' holds no .csv file.");
            using var inner = entry.Open();
            return Read(inner, entry.Name, options);
        }
        catch (InvalidDataException)
        {
            throw new BarFileException($"'{path}' is not a readable zip archive.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BarFileException($"'{path}' cannot be read: {e.Message}");
        }
    }

    public static BarSeries Read(Stream stream, string name, BarFileOptions? options = null)
    {
        options ??= new BarFileOptions();
        using var reader = new StreamReader(stream);
        string? first = reader.ReadLine();
        while (first is not null && first.Length == 0) first = reader.ReadLine();
        if (first is null) throw new BarFileException($"'{name}' is empty.");
        var layout = Layout.Of(first, name, options);
        var bars = new BarSeriesBuilder(4096);
        Bar? last = null;
        int number = 1;
        for (string? line = layout.HasHeader ? reader.ReadLine() : first; line is not null; line = reader.ReadLine())
        {
            number++;
            if (number > options.MaxLines) throw new BarFileException($"'{name}' has more than {options.MaxLines} lines.");
            if (line.Length == 0) continue;
            if (!layout.TryParse(line, out var bar))
                throw new BarFileException($"'{name}' line {(layout.HasHeader ? number : number - 1)} is not a bar: '{Clip(line)}'.");
            if (bar.TimeMs == last?.TimeMs && !layout.Ticks)
            {
                if (bar == last) continue;
                throw new BarFileException($"'{name}' line {(layout.HasHeader ? number : number - 1)} is of the same time as the line before it and says otherwise: leave one of them out. (In a zone that changes its clocks an hour comes twice: write the times with their offset.)");
            }
            if (bar.TimeMs < last?.TimeMs) throw new BarFileException($"'{name}' line {(layout.HasHeader ? number : number - 1)} is older than the line before it: sort the bars by time.");
            last = bar;
            layout.Emit(bars, bar);
        }
        layout.Finish(bars);
        if (bars.Count == 0) throw new BarFileException($"'{name}' holds no bars.");
        return bars.Build(layout.Ticks ? options.TickTimeframe : null);
    }

    private static string Clip(string line) => line.Length <= 80 ? line : line[..80] + "…";

    /// <summary>How one line becomes a bar.</summary>
    private sealed class Layout
    {
        private static readonly long FirstMs = DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), LastMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

        private int _time, _open, _high, _low, _close, _volume = -1, _columns;
        private bool _quotes;
        private long _midnightMs, _tickMs;
        private ZoneClock _zone = new("UTC");
        private Bar _building;
        private bool _any;

        public bool HasHeader { get; private init; }
        public bool Ticks { get; private init; }

        public static Layout Of(string line, string name, BarFileOptions options)
        {
            var cells = line.TrimStart('\uFEFF').Split(',');
            if (cells.Length >= 5 && cells.Any(cell => cell.Trim().Equals("close", StringComparison.OrdinalIgnoreCase))) return Header(cells, name, options);
            if (cells.Length == 11 && cells[0].Length == 14) return new Layout { _quotes = true, _columns = 11 };
            if (cells.Length == 3 && long.TryParse(cells[0], out _)) return TickLayout(name, options);
            throw new BarFileException($"'{name}' does not begin with a header such as time,open,high,low,close,volume, and is in no other layout known here.");
        }

        private static Layout Header(string[] cells, string name, BarFileOptions options)
        {
            int Find(params string[] names) => Array.FindIndex(cells, cell => names.Contains(cell.Trim().Trim('"'), StringComparer.OrdinalIgnoreCase));
            int Need(params string[] names) => Find(names) is var i and >= 0 ? i : throw new BarFileException($"'{name}' has no column '{names[0]}'.");
            return new Layout
            {
                HasHeader = true,
                _time = Need("time", "date", "datetime", "timestamp"),
                _open = Need("open"),
                _high = Need("high"),
                _low = Need("low"),
                _close = Need("close"),
                _volume = Find("volume"),
                _columns = cells.Length,
                _zone = new ZoneClock(options.TimeZone),
            };
        }

        private static Layout TickLayout(string name, BarFileOptions options)
        {
            for (int i = 0; i + 8 <= name.Length; i++)
                if (DateTime.TryParseExact(name.AsSpan(i, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var day))
                    return new Layout
                    {
                        Ticks = true,
                        _columns = 3,
                        _midnightMs = new ZoneClock(options.TimeZone).ToUtc(new DateTimeOffset(day).ToUnixTimeMilliseconds()),
                        _tickMs = Math.Max(1, options.TickTimeframe.Seconds) * 1000,
                    };
            throw new BarFileException($"'{name}' looks like ticks, but its name holds no day (yyyyMMdd).");
        }

        public bool TryParse(string line, out Bar bar)
        {
            bar = default;
            Span<System.Range> cells = stackalloc System.Range[64];
            int count = line.AsSpan().Split(cells, ',');
            if (count < Math.Min(_columns, _volume < 0 ? _columns : 5)) return false;
            if (Ticks) return TryTick(line, cells, out bar);
            if (_quotes) return TryQuotes(line, cells, out bar);
            if (!TryTime(line.AsSpan()[cells[_time]].Trim().Trim('"'), out long time)) return false;
            if (!Number(line, cells[_open], out double open) || !Number(line, cells[_high], out double high) ||
                !Number(line, cells[_low], out double low) || !Number(line, cells[_close], out double close)) return false;
            double volume = 0;
            if (_volume >= 0 && _volume < count && !Number(line, cells[_volume], out volume))
            {
                if (!line.AsSpan()[cells[_volume]].IsWhiteSpace()) return false;
                volume = double.NaN;
            }
            if (!(high >= low)) return false;
            bar = new Bar(time, open, high, low, close, volume);
            return true;
        }

        private bool TryQuotes(string line, Span<System.Range> cells, out Bar bar)
        {
            bar = default;
            if (!DateTime.TryParseExact(line.AsSpan()[cells[0]], "yyyyMMdd HH:mm", CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) return false;
            Span<double> numbers = stackalloc double[10];
            for (int i = 0; i < 10; i++)
                if (!Number(line, cells[i + 1], out numbers[i])) return false;
            bar = new Bar(new DateTimeOffset(time).ToUnixTimeMilliseconds(), Mid(numbers[0], numbers[5]), Mid(numbers[1], numbers[6]),
                Mid(numbers[2], numbers[7]), Mid(numbers[3], numbers[8]), numbers[4] + numbers[9]);
            return true;
        }

        private bool TryTick(string line, Span<System.Range> cells, out Bar bar)
        {
            bar = default;
            if (!long.TryParse(line.AsSpan()[cells[0]], NumberStyles.None, CultureInfo.InvariantCulture, out long ms) ||
                !Number(line, cells[1], out double bid) || !Number(line, cells[2], out double ask)) return false;
            double mid = Mid(bid, ask);
            bar = new Bar(_midnightMs + ms, mid, mid, mid, mid, 1);
            return true;
        }

        // A mean of two five-digit prices has six digits at most: rounding removes the binary dust.
        private static double Mid(double bid, double ask) => Math.Round((bid + ask) / 2, 8);

        public void Emit(BarSeriesBuilder bars, in Bar bar)
        {
            if (!Ticks)
            {
                bars.Add(bar);
                return;
            }
            long start = ZoneClock.FloorDiv(bar.TimeMs, _tickMs) * _tickMs;
            if (_any && _building.TimeMs == start)
            {
                _building = _building with { High = Math.Max(_building.High, bar.High), Low = Math.Min(_building.Low, bar.Low), Close = bar.Close, Volume = _building.Volume + 1 };
                return;
            }
            if (_any) bars.Add(_building);
            _building = bar with { TimeMs = start };
            _any = true;
        }

        public void Finish(BarSeriesBuilder bars)
        {
            if (_any) bars.Add(_building);
        }

        /// <summary>Of a moment that a calendar has.</summary>
        private bool TryTime(ReadOnlySpan<char> text, out long ms) => TryCount(text, out ms) && ms >= FirstMs && ms <= LastMs;

        private bool TryCount(ReadOnlySpan<char> text, out long ms)
        {
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out ms))
            {
                // Milliseconds since 1970 have more than eleven digits from 1973 on; seconds reach that in the year 5138.
                if (ms is > -100_000_000_000 and < 100_000_000_000) ms *= 1000;
                return true;
            }
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && Math.Abs(seconds) < 1e11)
            {
                ms = (long)Math.Round(seconds * 1000);
                return true;
            }
            bool zoned = text.Length > 10 && (text[^1] is 'Z' or 'z' || text[10..].IndexOfAny('+', '-') >= 0);
            if (zoned)
            {
                bool ok = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant);
                ms = instant.ToUnixTimeMilliseconds();
                return ok;
            }
            if (!DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var local)) return false;
            ms = _zone.ToUtc(new DateTimeOffset(local).ToUnixTimeMilliseconds());
            return true;
        }

        private static bool Number(string line, System.Range cell, out double value) =>
            double.TryParse(line.AsSpan()[cell].Trim().Trim('"'), NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }
}
