namespace ActorTrading.Domain;

/// <summary>Volumes on an instrument's step, in lots.</summary>
internal static class VolumeMath
{
    public static decimal Floor(decimal volume, decimal step) => decimal.Floor(volume / step) * step;

    public static decimal Nearest(decimal volume, decimal step) => decimal.Round(volume / step, 0, MidpointRounding.AwayFromZero) * step;

    /// <summary>
    /// The first of the orders that trade a volume which may be more than one order may: none trades more than the most, and what is
    /// left for the others is not less than the least.
    /// </summary>
    /// <param name="instrument">Null where it is not known: then all of it.</param>
    public static decimal FirstPart(decimal volume, Instrument? instrument)
    {
        if (instrument is null || volume <= instrument.VolumeMax)
            return volume;
        var part = Math.Min(Floor(instrument.VolumeMax, instrument.VolumeStep), Floor(volume - instrument.VolumeMin, instrument.VolumeStep));
        return part > 0 ? part : volume;
    }
}
