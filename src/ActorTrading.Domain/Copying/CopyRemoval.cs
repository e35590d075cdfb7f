namespace ActorTrading.Domain;

/// <summary>A removal that goes on until the link is flat: how it goes on is in the link's settings.</summary>
public static class CopyRemoval
{
    /// <summary>The settings with which a link is being removed. Asked for again without a mode, it is asked for in this one.</summary>
    public static LinkSettings Begin(LinkSettings settings, RemovalMode mode) => CopyRules.WhileRemoving(settings, mode) with { RemovalMode = mode };

    /// <summary>The mode of a removal that is under way and asked for again: only a harder one takes over. Not for preserve, which leaves nothing to go on with.</summary>
    public static RemovalMode Harder(LinkSettings underWay, RemovalMode asked)
    {
        var mode = underWay.CloseOnly switch
        {
            CloseOnlyMode.ByPosition => RemovalMode.CloseGracefullyByPosition,
            CloseOnlyMode.BySymbol => RemovalMode.CloseGracefullyBySymbol,
            _ => RemovalMode.CloseImmediately,
        };
        return Hardness(asked) > Hardness(mode) ? asked : mode;
    }

    private static int Hardness(RemovalMode mode) => mode switch
    {
        RemovalMode.CloseImmediately => 2,
        RemovalMode.CloseGracefullyByPosition => 1,
        _ => 0,
    };
}
