namespace ActorTrading.Pine.Builtins.Signatures;

/// <summary>ta.*: indicators. Notation: <see cref="SignatureReader"/>.</summary>
internal static class TaSignatures
{
    public const string Text = """
        ta.alma(float series, int length, simple float offset, simple float sigma, simple bool floor=false) series float
        ta.atr(simple int length) series float
        ta.barssince(bool condition) series int
        ta.bb(float series, int length, simple float mult) series [float,float,float]
        ta.bbw(float series, int length, simple float mult) series float
        ta.cci(float source, int length) series float
        ta.change(N source, int length=1) series N
        ta.change(bool source, int length=1) series bool
        ta.cmo(float series, int length) series float
        ta.cog(float source, int length) series float
        ta.correlation(float source1, float source2, int length) series float
        ta.cross(float source1, float source2) series bool
        ta.crossover(float source1, float source2) series bool
        ta.crossunder(float source1, float source2) series bool
        ta.cum(float source) series float
        ta.dev(float source, int length) series float
        ta.dmi(simple int diLength, simple int adxSmoothing) series [float,float,float]
        ta.ema(float source, simple int length) series float
        ta.falling(float source, int length) series bool
        ta.highest(float source, int length) series float
        ta.highest(int length) series float
        ta.highestbars(float source, int length) series int
        ta.highestbars(int length) series int
        ta.hma(float source, simple int length) series float
        ta.kc(float series, simple int length, simple float mult, simple bool useTrueRange=true) series [float,float,float]
        ta.kcw(float series, simple int length, simple float mult, simple bool useTrueRange=true) series float
        ta.linreg(float source, int length, simple int offset) series float
        ta.lowest(float source, int length) series float
        ta.lowest(int length) series float
        ta.lowestbars(float source, int length) series int
        ta.lowestbars(int length) series int
        ta.macd(float source, simple int fastlen, simple int slowlen, simple int siglen) series [float,float,float]
        ta.max(float source) series float
        ta.median(N source, int length) series N
        ta.mfi(float series, int length) series float
        ta.min(float source) series float
        ta.mode(N source, int length) series N
        ta.mom(N source, int length) series N
        ta.percentile_linear_interpolation(float source, int length, simple float percentage) series float
        ta.percentile_nearest_rank(N source, int length, simple float percentage) series N
        ta.percentrank(float source, int length) series float
        ta.pivothigh(float source, int leftbars, int rightbars) series float
        ta.pivothigh(int leftbars, int rightbars) series float
        ta.pivotlow(float source, int leftbars, int rightbars) series float
        ta.pivotlow(int leftbars, int rightbars) series float
        ta.pivot_point_levels(string type, bool anchor, bool developing=false) array<float>
        ta.range(N source, int length) series N
        ta.rci(float source, simple int length) series float
        ta.rising(float source, int length) series bool
        ta.rma(float source, simple int length) series float
        ta.roc(float source, int length) series float
        ta.rsi(float source, simple int length) series float
        ta.sar(simple float start, simple float inc, simple float max) series float
        ta.sma(float source, int length) series float
        ta.stdev(float source, int length, bool biased=true) series float
        ta.stoch(float source, float high, float low, int length) series float
        ta.supertrend(float factor, simple int atrPeriod) series [float,float]
        ta.swma(float source) series float
        ta.tr(simple bool handle_na) series float
        ta.tsi(float source, simple int short_length, simple int long_length) series float
        ta.valuewhen(bool condition, T source, simple int occurrence) series T
        ta.variance(float source, int length, bool biased=true) series float
        ta.vwap(float source, bool anchor, float stdev_mult) series [float,float,float]
        ta.vwap(float source, bool anchor) series float
        ta.vwap(float source) series float
        ta.vwma(float source, int length) series float
        ta.wma(float source, int length) series float
        ta.wpr(int length) series float
        ta.accdist : series float
        ta.iii : series float
        ta.nvi : series float
        ta.obv : series float
        ta.pvi : series float
        ta.pvt : series float
        ta.tr : series float
        ta.vwap : series float
        ta.wad : series float
        ta.wvad : series float
        """;
}
