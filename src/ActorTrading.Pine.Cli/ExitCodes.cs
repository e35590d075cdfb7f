namespace ActorTrading.Pine.Cli;

internal static class ExitCodes
{
    public const int Ok = 0;
    /// <summary>The script has errors, or failed while running.</summary>
    public const int ScriptFailed = 1;
    /// <summary>A file or an argument is wrong.</summary>
    public const int BadInput = 2;
    public const int Cancelled = 130;
}
