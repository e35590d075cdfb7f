using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Ta;

namespace ActorTrading.Pine.Tests.Ta;

/// <summary>Every series that TradingView plots for the indicator scripts, recomputed: value for value, na for na.</summary>
public sealed class TradingViewSeriesTests
{
    public sealed record Row(int Index, long Time, double Open, double High, double Low, double Close, double Volume, double PrevClose)
    {
        public double Hl2 => (High + Low) / 2;
        public double Hlc3 => (High + Low + Close) / 3;
        public double Ohlc4 => (Open + High + Low + Close) / 4;
        public double Hlcc4 => (High + Low + Close + Close) / 4;
    }

    private static readonly Dictionary<string, Func<Func<Row, double[]>>> Cases = new()
    {
        ["bb"] = () =>
        {
            var bb = new BollingerBands();
            var bbw = new BollingerBandWidth();
            return b =>
            {
                var (m, u, l) = bb.Update(b.Close, 20, 2);
                return [m, u, l, bbw.Update(b.Close, 20, 2.1)];
            };
        },
        ["cross"] = () =>
        {
            var (e1, e2, c, o, u) = (new Ema(), new Ema(), new Cross(), new Crossover(), new Crossunder());
            return b =>
            {
                double x = e1.Update(b.Close, 5), y = e2.Update(b.Close, 11);
                return [c.Update(x, y) ? 0.5 : 0, o.Update(x, y) ? 1 : 0, u.Update(x, y) ? -1 : 0];
            };
        },
        ["highest_lowest"] = () =>
        {
            var (h1, h2, l1, l2) = (new Highest(), new Highest(), new Lowest(), new Lowest());
            var (hb1, hb2, lb1, lb2) = (new HighestBars(), new HighestBars(), new LowestBars(), new LowestBars());
            return b => [h1.Update(b.High, 10), h2.Update(b.Close, 10), l1.Update(b.Low, 10), l2.Update(b.Close, 10),
                hb1.Update(b.High, 10), hb2.Update(b.Close, 10), lb1.Update(b.Low, 10), lb2.Update(b.Close, 10)];
        },
        ["linreg"] = () =>
        {
            var (a, c) = (new Linreg(), new Linreg());
            return b => [a.Update(b.Close, 20, 0), c.Update(b.Close, 20, 10)];
        },
        ["ma"] = () =>
        {
            var (s1, s2, s3, e1, e2, r1, r2) = (new Sma(), new Sma(), new Sma(), new Ema(), new Ema(), new Rma(), new Rma());
            var (a1, a2, w1, w2, h1, h2, sw) = (new Alma(), new Alma(), new Wma(), new Wma(), new Hma(), new Hma(), new Swma());
            var vw = new Vwma();
            return b => [s1.Update(b.Close, 10), s2.Update(b.Hl2, 20), s3.Update(b.Hlc3, 15), e1.Update(b.Close, 20), e2.Update(b.Ohlc4, 10),
                r1.Update(b.Hlcc4, 5), r2.Update(b.High, 15), a1.Update(b.Close, 5, 0.85, 6), a2.Update(b.Close, 10, 0.55, 12),
                w1.Update(b.Close, 5), w2.Update(b.Close, 20), h1.Update(b.Close, 9), h2.Update(b.Close, 20), sw.Update(b.Hlc3),
                vw.Update(b.Close, 20, b.Volume)];
        },
        ["macd"] = () =>
        {
            var macd = new Macd();
            return b =>
            {
                var (m, s, h) = macd.Update(b.Close, 12, 26, 9);
                return [m, s, h];
            };
        },
        ["mfi_rsi_stoch"] = () =>
        {
            var (m, r, s) = (new Mfi(), new Rsi(), new Stoch());
            return b => [m.Update(b.Close, 14, b.Volume), r.Update(b.Close, 14), s.Update(b.Close, b.High, b.Low, 20)];
        },
        ["percentile"] = () =>
        {
            var (p, n, r) = (new PercentileLinearInterpolation(), new PercentileNearestRank(), new PercentRank());
            return b => [p.Update(b.Close, 20, 20), n.Update(b.Close, 20, 20), r.Update(b.Close, 33)];
        },
        ["pivot"] = () =>
        {
            var (h1, h2, l1, l2) = (new PivotHigh(), new PivotHigh(), new PivotLow(), new PivotLow());
            return b => [h1.Update(b.High, 10, 5), h2.Update(b.Close, 10, 5), l1.Update(b.Low, 10, 5), l2.Update(b.Close, 10, 5)];
        },
        ["range"] = () =>
        {
            var range = new ActorTrading.Pine.Ta.Range();
            return b => [range.Update(b.Close, 20)];
        },
        ["supertrend"] = () =>
        {
            var supertrend = new Supertrend();
            return b =>
            {
                var (line, direction) = supertrend.Update(3, 10, b.High, b.Low, b.Close, b.PrevClose);
                return [direction < 0 ? line : double.NaN, direction > 0 ? line : double.NaN];
            };
        },
        ["tr_atr"] = () =>
        {
            var (tr, atr) = (new TrueRange(), new Atr());
            return b => [tr.Update(b.High, b.Low, b.PrevClose, false), tr.Update(b.High, b.Low, b.PrevClose, true),
                tr.Update(b.High, b.Low, b.PrevClose), atr.Update(14, b.High, b.Low, b.PrevClose)];
        },
        ["valuewhen"] = () =>
        {
            var (slow, fast, cross, when) = (new Sma(), new Sma(), new Cross(), new ValueWhen());
            return b => [when.Update(cross.Update(slow.Update(b.Close, 7), fast.Update(b.Close, 14)), b.Close, 1)];
        },
        ["vwap"] = () =>
        {
            var (day, four, six) = (new Vwap(), new Vwap(), new Vwap());
            var calendar = new TradingCalendar(new ZoneClock("America/New_York"), TradingSession.Parse("1700-1700"));
            long last = -1;
            bool Changed(string timeframe, long time) => last >= 0 &&
                calendar.PeriodStart(time, Timeframe.Parse(timeframe)) != calendar.PeriodStart(last, Timeframe.Parse(timeframe));
            return b =>
            {
                var bands = six.Update(b.Close, Changed("360", b.Time), 2.0, b.Volume);
                bool newDay = last < 0 || Changed("D", b.Time), newFour = Changed("240", b.Time);
                last = b.Time;
                return [day.Update(b.Close, newDay, b.Volume), four.Update(b.Close, newFour, b.Volume), bands.Vwap, bands.Upper, bands.Lower];
            };
        },
    };

    public static TheoryData<string> Names => new(Cases.Keys);

    [SharedDataTheory]
    [MemberData(nameof(Names))]
    public void Series_match(string name)
    {
        var data = SharedData.Columns(SharedData.Path("pine", "ta", name + ".csv"));
        var compute = Cases[name]();
        var wrong = new List<string>();
        for (int i = 0; i < data["time"].Length; i++)
        {
            var row = new Row(i, (long)data["time"][i], data["open"][i], data["high"][i], data["low"][i], data["close"][i], data["volume"][i],
                i == 0 ? double.NaN : data["close"][i - 1]);
            var values = compute(row);
            for (int c = 0; c < values.Length; c++)
            {
                if (name == "supertrend" && c == 1 && i == 0) continue;
                double expected = data[$"c{c + 1}"][i], actual = values[c];
                bool same = double.IsNaN(expected)
                    ? double.IsNaN(actual)
                    : Math.Abs(actual - expected) <= Math.Max(1e-8, 1e-5 * Math.Abs(expected));
                if (!same) wrong.Add($"c{c + 1} bar {i}: expected {expected}, was {actual}");
            }
        }
        wrong.ShouldBeEmpty();
    }
}
