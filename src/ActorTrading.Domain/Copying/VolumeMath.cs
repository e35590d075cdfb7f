namespace ActorTrading.Domain;

/// <summary>Volumes on an instrument's step, in lots.</summary>
internal static class VolumeMath
{
    public static decimal Floor(decimal volume, decimal step) => decimal.Floor(volume / step) * step;

    public static decimal Nearest(decimal volume, decimal step) => decimal.Round(volume / step, 0, MidpointRounding.AwayFromZero) * step;
}
