namespace ActorTrading.Pine.Syntax;

/// <summary>A Pine colour as the number 0xRRGGBBAA held in a double, so that na is NaN as for any number.</summary>
internal static class ColorValue
{
    public static double Pack(int red, int green, int blue, int alpha) => ((uint)red << 24) | ((uint)green << 16) | ((uint)blue << 8) | (uint)alpha;
}
