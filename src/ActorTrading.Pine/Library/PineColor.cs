namespace ActorTrading.Pine.Library;

/// <summary>
/// <c>color.*</c>. A colour is the number 0xRRGGBBAA in a double, na is NaN. Transparency runs from 0 (opaque) to 100.
/// </summary>
public static class PineColor
{
    /// <summary>An na channel is 0, an na transparency is invisible.</summary>
    [PineName("color.rgb")]
    public static double Rgb(double red, double green, double blue, double transp = 0) =>
        Pack(Channel(red), Channel(green), Channel(blue), double.IsNaN(transp) ? 0 : Alpha(transp));

    [PineName("color.new")]
    public static double New(double color, double transp) => double.IsNaN(color) ? double.NaN : ((uint)color & 0xFFFFFF00u) | (uint)Alpha(transp);

    [PineName("color.r")] public static double R(double color) => double.IsNaN(color) ? double.NaN : (uint)color >> 24;
    [PineName("color.g")] public static double G(double color) => double.IsNaN(color) ? double.NaN : ((uint)color >> 16) & 255;
    [PineName("color.b")] public static double B(double color) => double.IsNaN(color) ? double.NaN : ((uint)color >> 8) & 255;
    [PineName("color.t")] public static double T(double color) => double.IsNaN(color) ? double.NaN : Math.Round(100 - ((uint)color & 255) / 255.0 * 100);

    /// <summary>Between two colours by where value lies between bottom_value and top_value; clamped at the ends.</summary>
    [PineName("color.from_gradient")]
    public static double FromGradient(double value, double bottom_value, double top_value, double bottom_color, double top_color)
    {
        if (double.IsNaN(value + bottom_value + top_value) || double.IsNaN(bottom_color) || double.IsNaN(top_color)) return double.NaN;
        double share = top_value == bottom_value ? value > top_value ? 1 : 0 : Math.Clamp((value - bottom_value) / (top_value - bottom_value), 0, 1);
        uint low = (uint)bottom_color, high = (uint)top_color;
        int Mix(int shift)
        {
            double a = (low >> shift) & 255, b = (high >> shift) & 255;
            return (int)Math.Round(a + (b - a) * share);
        }
        return Pack(Mix(24), Mix(16), Mix(8), Mix(0));
    }

    public static double Pack(int red, int green, int blue, int alpha) => ((uint)red << 24) | ((uint)green << 16) | ((uint)blue << 8) | (uint)alpha;

    /// <summary>"#RRGGBB" or "#RRGGBBAA".</summary>
    public static string ToText(double color) => double.IsNaN(color) ? "NaN" : ((uint)color & 255) == 255 ? $"#{(uint)color >> 8:X6}" : $"#{(uint)color:X8}";

    private static int Channel(double value) => double.IsNaN(value) ? 0 : (int)Math.Clamp(value, 0, 255);

    private static int Alpha(double transp) => double.IsNaN(transp) ? 255 : (int)Math.Round((100 - Math.Clamp(transp, 0, 100)) * 255 / 100);
}
