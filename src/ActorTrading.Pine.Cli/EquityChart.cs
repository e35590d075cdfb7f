using System.Globalization;
using System.Text;
using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Cli;

/// <summary>Equity and its drawdown as an SVG picture, 960 × 420, at most 2,000 points.</summary>
internal static class EquityChart
{
    private const int Width = 960, Height = 420, Left = 80, Right = 20, Top = 40, Bottom = 40, MaxPoints = 2000;

    public static string Svg(double[] equity, BarSeries bars, string title)
    {
        var svg = new StringBuilder();
        svg.Append(Invariant($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">\n"));
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        svg.Append(Invariant($"<text x=\"{Left}\" y=\"24\" font-size=\"16\" fill=\"#131722\">{Escape(title)}</text>\n"));
        if (equity.Length == 0) return svg.Append("</svg>\n").ToString();
        double low = equity.Min(), high = equity.Max();
        if (high - low < 1e-12) (low, high) = (low - 1, high + 1);
        double X(int i) => Left + (Width - Left - Right) * (equity.Length == 1 ? 0 : (double)i / (equity.Length - 1));
        double Y(double value) => Top + (Height - Top - Bottom) * (high - value) / (high - low);
        for (int i = 0; i <= 4; i++)
        {
            double value = low + (high - low) * i / 4;
            svg.Append(Invariant($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(value):0.#}\" y2=\"{Y(value):0.#}\" stroke=\"#e0e3eb\"/>\n"));
            svg.Append(Invariant($"<text x=\"{Left - 8}\" y=\"{Y(value) + 4:0.#}\" text-anchor=\"end\" fill=\"#787b86\">{NumberFormat.Format(value, high - low < 10 ? "#,##0.####" : "#,##0")}</text>\n"));
            int bar = (int)((long)(bars.Count - 1) * i / 4);
            svg.Append(Invariant($"<text x=\"{X(bar):0.#}\" y=\"{Height - 14}\" text-anchor=\"middle\" fill=\"#787b86\">{TimeFormat.Format(bars.TimeMs[bar], "yyyy-MM-dd", null)}</text>\n"));
        }
        var (line, under) = (new StringBuilder(), new StringBuilder());
        double peak = double.NegativeInfinity;
        int step = Math.Max(1, (equity.Length + MaxPoints - 1) / MaxPoints);
        for (int i = 0; i < equity.Length; i++)
        {
            peak = Math.Max(peak, equity[i]);
            if (i % step != 0 && i != equity.Length - 1) continue;
            line.Append(Invariant($"{X(i):0.##},{Y(equity[i]):0.##} "));
            under.Append(Invariant($"{X(i):0.##},{Y(peak):0.##} "));
        }
        var back = string.Join(' ', line.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries).Reverse());
        svg.Append(Invariant($"<polygon points=\"{under}{back}\" fill=\"#f23645\" fill-opacity=\"0.15\"/>\n"));
        svg.Append(Invariant($"<polyline points=\"{line.ToString().TrimEnd()}\" fill=\"none\" stroke=\"#2962ff\" stroke-width=\"1.5\"/>\n</svg>\n"));
        return svg.ToString();
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
