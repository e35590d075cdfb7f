namespace Orleans.Embedded.Engine;

/// <summary>Whose turn runs on this thread.</summary>
internal static class Turn
{
    /// <summary>The mailbox whose turn runs on this thread; null outside of turns.</summary>
    [ThreadStatic]
    internal static Mailbox? Mailbox;

    /// <summary>The activation whose turn runs on this thread; null outside of grains.</summary>
    internal static Activation? Current => Mailbox as Activation;
}
