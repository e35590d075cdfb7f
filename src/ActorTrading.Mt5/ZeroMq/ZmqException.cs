namespace ActorTrading.Mt5.ZeroMq;

/// <summary>A libzmq call failed; the message names the call and libzmq's reason.</summary>
public sealed class ZmqException : Exception
{
    internal ZmqException(string what, int error) : base($"{what}: {LibZmq.Describe(error)}") => ErrorNumber = error;

    /// <summary>errno as libzmq gave it.</summary>
    public int ErrorNumber { get; }

    internal static ZmqException Last(string what) => new(what, LibZmq.LastError());
}
