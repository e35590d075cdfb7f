namespace ActorTrading.Pine.Tests.Ta;

/// <summary>
/// Each function of ta.* against its definition written out in Pine with loops and history, on a random walk: the same value, and na on
/// the same bars.
/// </summary>
public sealed class DefinitionTests
{
    private const int Bars = 160;

    [Theory]
    // Averages
    [InlineData("ta.alma(close, 9, 0.85, 6)", "m = 0.85 * 8\ns = 9 / 6.0\nnorm = 0.0\nsum = 0.0\nfor i = 0 to 8\n    w = math.exp(-math.pow(i - m, 2) / (2 * s * s))\n    norm += w\n    sum += close[8 - i] * w\ny = sum / norm")]
    [InlineData("ta.swma(close)", "y = close[3] / 6 + close[2] * 2 / 6 + close[1] * 2 / 6 + close / 6")]
    [InlineData("ta.vwma(close, 7)", "a = 0.0\nb = 0.0\nfor i = 0 to 6\n    a += close[i] * volume[i]\n    b += volume[i]\ny = a / b")]
    [InlineData("ta.rma(close, 5)", "var float y = na\nfirst = 0.0\nfor i = 0 to 4\n    first += close[i] / 5\ny := na(y) ? first : (close + 4 * y) / 5")]
    [InlineData("ta.hma(close, 9)", "y = ta.wma(2 * ta.wma(close, 4) - ta.wma(close, 9), 3)")]
    [InlineData("ta.median(close, 6)", "a = array.new<float>()\nfor i = 0 to 5\n    a.push(close[i])\ny = bar_index < 5 ? na : a.median()")]
    // Spread
    [InlineData("ta.variance(close, 6)", "m = ta.sma(close, 6)\ns = 0.0\nfor i = 0 to 5\n    s += math.pow(close[i] - m, 2)\ny = s / 6")]
    [InlineData("ta.variance(close, 6, false)", "m = ta.sma(close, 6)\ns = 0.0\nfor i = 0 to 5\n    s += math.pow(close[i] - m, 2)\ny = s / 5")]
    [InlineData("ta.stdev(close, 6, false)", "m = ta.sma(close, 6)\ns = 0.0\nfor i = 0 to 5\n    s += math.pow(close[i] - m, 2)\ny = math.sqrt(s / 5)")]
    [InlineData("ta.dev(close, 6)", "m = ta.sma(close, 6)\ns = 0.0\nfor i = 0 to 5\n    s += math.abs(close[i] - m)\ny = s / 6")]
    [InlineData("ta.range(close, 6)", "hi = close\nlo = close\nfor i = 0 to 5\n    hi := math.max(hi, close[i])\n    lo := math.min(lo, close[i])\ny = hi - lo")]
    [InlineData("ta.bbw(close, 6, 2)", "[m, u, l] = ta.bb(close, 6, 2)\ny = 100 * (u - l) / m")]
    [InlineData("ta.correlation(close, volume, 8)", "ma = ta.sma(close, 8)\nmb = ta.sma(volume, 8)\na = 0.0\nb = 0.0\nc = 0.0\nfor i = 0 to 7\n    a += (close[i] - ma) * (volume[i] - mb)\n    b += math.pow(close[i] - ma, 2)\n    c += math.pow(volume[i] - mb, 2)\ny = a / math.sqrt(b * c)")]
    [InlineData("ta.mode(math.round(close), 9)", "s = math.round(close)\na = array.new<float>()\nfor i = 0 to 8\n    a.push(s[i])\ny = bar_index < 8 ? na : a.mode()")]
    [InlineData("ta.percentile_nearest_rank(close, 7, 40)", "a = array.new<float>()\nfor i = 0 to 6\n    a.push(close[i])\na.sort()\ny = bar_index < 6 ? na : a.get(int(math.ceil(0.4 * 7)) - 1)")]
    [InlineData("ta.percentile_linear_interpolation(close, 8, 40)", "a = array.new<float>()\nfor i = 0 to 7\n    a.push(close[i])\na.sort()\nr = 0.4 * 8 - 0.5\nk = int(math.floor(r))\ny = bar_index < 7 ? na : a.get(k) + (r - k) * (a.get(k + 1) - a.get(k))")]
    // Momentum
    [InlineData("ta.mom(close, 4)", "y = close - close[4]")]
    [InlineData("ta.change(close, 3)", "y = close - close[3]")]
    [InlineData("ta.roc(close, 4)", "y = 100 * (close - close[4]) / close[4]")]
    [InlineData("ta.cci(close, 8)", "m = ta.sma(close, 8)\ns = 0.0\nfor i = 0 to 7\n    s += math.abs(close[i] - m) / 8\ny = (close - m) / (0.015 * s)")]
    [InlineData("ta.cmo(close, 8)", "up = 0.0\ndown = 0.0\nfor i = 0 to 7\n    d = close[i] - close[i + 1]\n    up += math.max(d, 0)\n    down += math.max(-d, 0)\ny = 100 * (up - down) / (up + down)")]
    [InlineData("ta.cog(close, 8)", "a = 0.0\nb = 0.0\nfor i = 0 to 7\n    a += close[i] * (i + 1)\n    b += close[i]\ny = -a / b")]
    [InlineData("ta.rsi(close, 7)", "d = close - close[1]\nu = ta.rma(math.max(d, 0), 7)\nw = ta.rma(math.max(-d, 0), 7)\ny = w == 0 ? 100 : 100 - 100 / (1 + u / w)")]
    [InlineData("ta.stoch(close, high, low, 9)", "hi = high\nlo = low\nfor i = 0 to 8\n    hi := math.max(hi, high[i])\n    lo := math.min(lo, low[i])\ny = 100 * (close - lo) / (hi - lo)")]
    [InlineData("ta.wpr(9)", "hi = high\nlo = low\nfor i = 0 to 8\n    hi := math.max(hi, high[i])\n    lo := math.min(lo, low[i])\ny = 100 * (close - hi) / (hi - lo)")]
    [InlineData("ta.tsi(close, 4, 8)", "d = close - close[1]\ny = ta.ema(ta.ema(d, 8), 4) / ta.ema(ta.ema(math.abs(d), 8), 4)")]
    [InlineData("ta.mfi(hlc3, 14)", "up = 0.0\ndown = 0.0\nfor i = 0 to 13\n    d = hlc3[i] - hlc3[i + 1]\n    up += d > 0 ? hlc3[i] * volume[i] : 0\n    down += d < 0 ? hlc3[i] * volume[i] : 0\ny = 100 - 100 / (1 + up / down)", 15)]
    [InlineData("ta.rising(close, 3) ? 1 : 0", "y = close > close[1] and close[1] > close[2] and close[2] > close[3] ? 1 : 0")]
    [InlineData("ta.falling(close, 3) ? 1 : 0", "y = close < close[1] and close[1] < close[2] and close[2] < close[3] ? 1 : 0")]
    [InlineData("ta.rci(close, 6)", "d = 0.0\nfor i = 0 to 5\n    rank = 1.0\n    for j = 0 to 5\n        if close[j] < close[i]\n            rank += 1\n    d += math.pow(6 - i - rank, 2)\ny = (1 - 6 * d / (6 * 35)) * 100", 6)]
    // Extremes
    [InlineData("ta.highestbars(high, 7)", "k = 0\nfor i = 0 to 6\n    if high[i] > high[k]\n        k := i\ny = bar_index < 6 ? na : -k")]
    [InlineData("ta.max(close)", "var y = close\ny := math.max(y, close)")]
    [InlineData("ta.min(close)", "var y = close\ny := math.min(y, close)")]
    [InlineData("ta.cum(close)", "var y = 0.0\ny += close")]
    [InlineData("ta.pivothigh(high, 3, 2)", "p = true\nfor i = 0 to 5\n    if i != 2 and not (i < 2 ? high[i] < high[2] : high[i] <= high[2])\n        p := false\ny = p ? high[2] : na")]
    [InlineData("ta.pivotlow(low, 3, 2)", "p = true\nfor i = 0 to 5\n    if i != 2 and not (i < 2 ? low[i] > low[2] : low[i] >= low[2])\n        p := false\ny = p ? low[2] : na")]
    // Crosses
    [InlineData("ta.crossover(close, open) ? 1 : 0", "y = close > open and close[1] <= open[1] ? 1 : 0")]
    [InlineData("ta.crossunder(close, open) ? 1 : 0", "y = close < open and close[1] >= open[1] ? 1 : 0")]
    [InlineData("ta.cross(close, hl2) ? 1 : 0", "up = ta.crossover(close, hl2)\ndown = ta.crossunder(close, hl2)\ny = up or down ? 1 : 0")]
    // Range
    [InlineData("ta.tr(true)", "y = na(close[1]) ? high - low : math.max(high - low, math.abs(high - close[1]), math.abs(low - close[1]))")]
    [InlineData("ta.tr", "y = math.max(high - low, math.abs(high - close[1]), math.abs(low - close[1]))")]
    [InlineData("ta.atr(5)", "y = ta.rma(ta.tr(true), 5)")]
    [InlineData("ta.kcw(close, 5, 1.5)", "[m, u, l] = ta.kc(close, 5, 1.5)\ny = (u - l) / m")]
    // Volume
    [InlineData("ta.obv", "var y = 0.0\ny += na(close[1]) ? 0 : math.sign(close - close[1]) * volume", 1)]
    [InlineData("ta.accdist", "var y = 0.0\ny += high == low ? 0 : ((close - low) - (high - close)) / (high - low) * volume")]
    [InlineData("ta.pvt", "var y = 0.0\ny += na(close[1]) ? 0 : (close - close[1]) / close[1] * volume", 1)]
    [InlineData("ta.nvi", "var y = 1.0\nif not na(close[1]) and volume < volume[1]\n    y += (close - close[1]) / close[1] * y")]
    [InlineData("ta.pvi", "var y = 1.0\nif not na(close[1]) and volume > volume[1]\n    y += (close - close[1]) / close[1] * y")]
    [InlineData("ta.iii", "y = (2 * close - high - low) / ((high - low) * volume)")]
    [InlineData("ta.wvad", "y = (close - open) / (high - low) * volume")]
    [InlineData("ta.wad", "var y = 0.0\nif not na(close[1])\n    y += close > close[1] ? close - math.min(low, close[1]) : close < close[1] ? close - math.max(high, close[1]) : 0")]
    [InlineData("ta.vwap(hlc3)", "var a = 0.0\nvar b = 0.0\nif na(time[1]) or dayofmonth != dayofmonth[1]\n    a := 0\n    b := 0\na += hlc3 * volume\nb += volume\ny = a / b")]
    public void A_function_is_its_definition(string call, string definition, int from = 0)
    {
        var plots = Scripts.Run(Scripts.Indicator($"x = {call}\n{definition}\nplot(x)\nplot(y)"), Scripts.Walk(Bars, seed: 11)).Plots;
        plots[0].Values.Count(v => !double.IsNaN(v)).ShouldBeGreaterThan(10);
        for (int i = from; i < Bars; i++)
        {
            double x = plots[0].Values[i], y = plots[1].Values[i];
            (double.IsNaN(x) == double.IsNaN(y) && !(Math.Abs(x - y) > 1e-8 * Math.Max(1, Math.Abs(y)))).ShouldBeTrue($"bar {i}: {x}, by definition {y}");
        }
    }

    [Theory]
    [InlineData("ta.bb(close, 6, 2)", "b = ta.sma(close, 6)\ns = 2 * ta.stdev(close, 6)\n[d1, d2, d3] = f(b, b + s, b - s)")]
    [InlineData("ta.kc(close, 6, 2)", "b = ta.ema(close, 6)\ns = 2 * ta.ema(ta.tr, 6)\n[d1, d2, d3] = f(b, b + s, b - s)")]
    [InlineData("ta.kc(close, 6, 2, false)", "b = ta.ema(close, 6)\ns = 2 * ta.ema(high - low, 6)\n[d1, d2, d3] = f(b, b + s, b - s)")]
    [InlineData("ta.macd(close, 5, 9, 4)", "m = ta.ema(close, 5) - ta.ema(close, 9)\ns = ta.ema(m, 4)\n[d1, d2, d3] = f(m, s, m - s)")]
    [InlineData("ta.dmi(5, 4)", "up = high - high[1]\ndown = low[1] - low\np = na(up) ? na : up > down and up > 0 ? up : 0\nm = na(down) ? na : down > up and down > 0 ? down : 0\nt = ta.rma(ta.tr, 5)\ndp = fixnan(100 * ta.rma(p, 5) / t)\ndm = fixnan(100 * ta.rma(m, 5) / t)\ns = dp + dm\n[d1, d2, d3] = f(dp, dm, 100 * ta.rma(math.abs(dp - dm) / (s == 0 ? 1 : s), 4))")]
    [InlineData("ta.vwap(hlc3, bar_index % 20 == 0, 1.5)", "var a = 0.0\nvar b = 0.0\nvar c = 0.0\nif bar_index % 20 == 0\n    a := 0\n    b := 0\n    c := 0\na += hlc3 * volume\nb += volume\nc += volume * hlc3 * hlc3\nv = a / b\ns = 1.5 * math.sqrt(math.max(0, c / b - v * v))\n[d1, d2, d3] = f(v, v + s, v - s)")]
    public void Three_series_are_their_definition(string call, string definition)
    {
        var source = $"f(a, b, c) => [a, b, c]\n[x1, x2, x3] = {call}\n{definition}\nplot(x1)\nplot(d1)\nplot(x2)\nplot(d2)\nplot(x3)\nplot(d3)";
        var plots = Scripts.Run(Scripts.Indicator(source), Scripts.Walk(Bars, seed: 12)).Plots;
        for (int item = 0; item < 3; item++)
            for (int i = 0; i < Bars; i++)
            {
                double x = plots[2 * item].Values[i], y = plots[2 * item + 1].Values[i];
                (double.IsNaN(x) == double.IsNaN(y) && !(Math.Abs(x - y) > 1e-6 * Math.Max(1, Math.Abs(y)))).ShouldBeTrue($"item {item}, bar {i}: {x}, by definition {y}");
            }
    }

    [Fact]
    public void Supertrend_is_its_definition() => SameSeries("[x, d] = ta.supertrend(2, 5)", """
        atr = ta.atr(5)
        float up = hl2 + 2 * atr
        float low2 = hl2 - 2 * atr
        prevLow = nz(low2[1])
        prevUp = nz(up[1])
        low2 := low2 > prevLow or close[1] < prevLow ? low2 : prevLow
        up := up < prevUp or close[1] > prevUp ? up : prevUp
        int dir = na
        float y = na
        prev = y[1]
        if na(atr[1])
            dir := 1
        else if prev == prevUp
            dir := close > up ? -1 : 1
        else
            dir := close < low2 ? 1 : -1
        y := dir == -1 ? low2 : up
        """);

    [Fact]
    public void Sar_is_its_definition() => SameSeries("x = ta.sar(0.02, 0.02, 0.2)", """
        var float y = na
        var float best = na
        var acc = 0.02
        var up = true
        if bar_index == 1
            up := not (high[1] > high)
            y := up ? low[1] : high[1]
            best := up ? high : low
        else if bar_index > 1
            float next = y + acc * (best - y)
            if up and low <= next or not up and high >= next
                next := up ? math.max(best, high, high[1], nz(high[2], high[1])) : math.min(best, low, low[1], nz(low[2], low[1]))
                up := not up
                acc := 0.02
                best := up ? high : low
            else
                next := up ? math.min(next, low[1], nz(low[2], low[1])) : math.max(next, high[1], nz(high[2], high[1]))
                if up ? high > best : low < best
                    best := up ? high : low
                    acc := math.min(acc + 0.02, 0.2)
            y := next
        """);

    private static void SameSeries(string call, string definition)
    {
        var plots = Scripts.Run(Scripts.Indicator($"{call}\n{definition}\nplot(x)\nplot(y)"), Scripts.Walk(Bars, seed: 13)).Plots;
        for (int i = 0; i < Bars; i++)
        {
            double x = plots[0].Values[i], y = plots[1].Values[i];
            (double.IsNaN(x) == double.IsNaN(y) && !(Math.Abs(x - y) > 1e-9)).ShouldBeTrue($"bar {i}: {x}, by definition {y}");
        }
    }
}
