using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using ActorTrading.Domain;

namespace ActorTrading.Mt5.Simulation;

/// <summary>
/// A day of ticks, read line by line: a CSV file without header, or a zip with one in it, of <c>ms_since_midnight,bid,ask</c>.
/// Lines whose ask is below the bid are no quotes: they are left out and counted (recorded days of some brokers have many).
/// </summary>
public sealed partial class TickFile : IQuoteSource
{
    private const int MaxLineLength = 200;
    private const long MsPerDay = 86_400_000;

    private readonly string _path;
    private readonly ZipArchive? _zip;
    private readonly StreamReader _lines;
    private readonly DateTimeOffset _midnight;
    private readonly string _symbol;
    private readonly double _speed;
    private DateTimeOffset? _first;
    private long _lastMs = -1;
    private long _line;

    /// <param name="path">A <c>.csv</c> or <c>.zip</c> file.</param>
    /// <param name="symbol">The symbol quoted; null takes it from the file's name (<c>eurusd-…</c>).</param>
    /// <param name="date">The day; null takes it from the name of the file or the CSV in it (<c>…20140508…</c>).</param>
    /// <param name="utcOffset">Offset of the file's midnight from UTC, e.g. -05:00.</param>
    /// <param name="speed">1 for the recorded pace, 10 for ten times; <see cref="double.PositiveInfinity"/> for as fast as it goes.</param>
    /// <exception cref="InvalidDataException">Not such a file; the message says why.</exception>
    public TickFile(string path, string? symbol = null, DateOnly? date = null, TimeSpan utcOffset = default, double speed = 1)
    {
        if (!(speed > 0))
            throw new ArgumentOutOfRangeException(nameof(speed), speed, "The speed must be above zero.");
        _path = Path.GetFileName(path);
        _speed = speed;
        var names = _path;
        var file = File.OpenRead(path);
        try
        {
            Stream csv = file;
            if (path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            {
                _zip = new ZipArchive(file, ZipArchiveMode.Read);
                var entry = _zip.Entries.FirstOrDefault(e => e.FullName.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
                    ?? throw new InvalidDataException($"{_path} has no .csv file in it.");
                names += " " + entry.FullName;
                csv = entry.Open();
            }
            _symbol = symbol ?? SymbolIn(names) ?? throw new InvalidDataException($"{_path} does not name a symbol: give it.");
            var day = date ?? DateIn(names) ?? throw new InvalidDataException($"{_path} does not name a day (yyyyMMdd): give it.");
            _midnight = new DateTimeOffset(day, TimeOnly.MinValue, utcOffset).ToUniversalTime();
            _lines = new StreamReader(csv, Encoding.ASCII, detectEncodingFromByteOrderMarks: false, bufferSize: 64 * 1024);
        }
        catch
        {
            _zip?.Dispose();
            file.Dispose();
            throw;
        }
    }

    public IReadOnlyList<string> Symbols => [_symbol];
    public DateTimeOffset? StartsAt => _midnight;

    /// <summary>Lines left out so far because their ask was below their bid.</summary>
    public long Crossed { get; private set; }

    public bool TryNext(out Quote quote, out TimeSpan due)
    {
        quote = default;
        due = default;
        while (_lines.ReadLine() is { } line)
        {
            _line++;
            if (line.Length == 0)
                continue;
            var (ms, bid, ask) = Parse(line);
            if (ms < _lastMs)
                throw Wrong($"time {ms} comes after {_lastMs}");
            _lastMs = ms;
            if (ask < bid)
            {
                Crossed++;
                continue;
            }
            quote = new Quote(_symbol, bid, ask, _midnight.AddMilliseconds(ms));
            _first ??= quote.Time;
            due = double.IsPositiveInfinity(_speed) ? TimeSpan.Zero : (quote.Time - _first.Value) / _speed;
            return true;
        }
        return false;
    }

    public void Dispose()
    {
        _lines.Dispose();
        _zip?.Dispose();
    }

    private (long Ms, decimal Bid, decimal Ask) Parse(string line)
    {
        if (line.Length > MaxLineLength)
            throw Wrong($"longer than {MaxLineLength} characters");
        var text = line.AsSpan();
        Span<Range> fields = stackalloc Range[4];
        if (text.Split(fields, ',') != 3)
            throw Wrong("wanted ms_since_midnight,bid,ask");
        if (!long.TryParse(text[fields[0]], NumberStyles.None, CultureInfo.InvariantCulture, out var ms) || ms >= MsPerDay)
            throw Wrong($"'{text[fields[0]]}' is no millisecond of a day");
        if (!decimal.TryParse(text[fields[1]], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var bid) || bid <= 0)
            throw Wrong($"'{text[fields[1]]}' is no bid above zero");
        if (!decimal.TryParse(text[fields[2]], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ask) || ask <= 0)
            throw Wrong($"'{text[fields[2]]}' is no ask above zero");
        return (ms, bid, ask);
    }

    private InvalidDataException Wrong(string what) => new($"{_path}, line {_line}: {what}.");

    /// <summary>A word of the names that the catalogue knows; else six letters that the first name begins with.</summary>
    private static string? SymbolIn(string names) =>
        Words().Split(names).Select(w => w.ToUpperInvariant()).FirstOrDefault(w => InstrumentCatalog.Find(w) is not null)
        ?? (LeadingSymbol().Match(names) is { Success: true } m ? m.Value.ToUpperInvariant() : null);

    private static DateOnly? DateIn(string names)
    {
        foreach (Match m in EightDigits().Matches(names))
            if (DateOnly.TryParseExact(m.Value, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
                return date;
        return null;
    }

    [GeneratedRegex("[^A-Za-z0-9]+")]
    private static partial Regex Words();

    [GeneratedRegex("^[A-Za-z]{6}(?=[-_.])")]
    private static partial Regex LeadingSymbol();

    [GeneratedRegex(@"(?<!\d)\d{8}(?!\d)")]
    private static partial Regex EightDigits();
}
