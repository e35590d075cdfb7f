namespace ActorTrading.Mt5.ZeroMq;

/// <summary>libzmq's socket types, as far as they are used here.</summary>
public enum ZmqSocketType
{
    Pair = 0,
    Req = 3,
    Rep = 4,
    Pull = 7,
    Push = 8,
}

/// <summary>libzmq's option numbers.</summary>
internal static class ZmqOption
{
    public const int Linger = 17;
    public const int ReconnectIntervalMs = 18;
    public const int ReconnectIntervalMaxMs = 21;
    public const int MaxMessageSize = 22;
    public const int SendHighWaterMark = 23;
    public const int ReceiveHighWaterMark = 24;
    public const int LastEndpoint = 32;
    public const int TcpKeepAlive = 34;
    public const int TcpKeepAliveCount = 35;
    public const int TcpKeepAliveIdleSeconds = 36;
    public const int TcpKeepAliveIntervalSeconds = 37;
    public const int Immediate = 39;
    public const int HeartbeatInterval = 75;
    public const int HeartbeatTimeToLive = 76;
    public const int HeartbeatTimeout = 77;
    public const int CurveServer = 47;
    public const int CurvePublicKey = 48;
    public const int CurveSecretKey = 49;
    public const int CurveServerKey = 50;
    public const int ReqCorrelate = 52;
    public const int ReqRelaxed = 53;
    public const int HandshakeIntervalMs = 66;
}
