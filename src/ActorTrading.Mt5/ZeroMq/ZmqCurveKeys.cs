using System.Text;

namespace ActorTrading.Mt5.ZeroMq;

/// <summary>A CurveZMQ key pair, each 40 characters of Z85. The secret key stays out of <see cref="ToString"/>, and so out of logs.</summary>
public sealed record ZmqCurveKeys(string PublicKey, string SecretKey)
{
    /// <exception cref="ZmqException">The installed libzmq was built without CURVE.</exception>
    public static unsafe ZmqCurveKeys Generate()
    {
        var publicKey = stackalloc byte[41];
        var secretKey = stackalloc byte[41];
        if (LibZmq.zmq_curve_keypair(publicKey, secretKey) != 0)
            throw ZmqException.Last("Making a CURVE key pair");
        return new ZmqCurveKeys(Encoding.ASCII.GetString(publicKey, 40), Encoding.ASCII.GetString(secretKey, 40));
    }

    public override string ToString() => $"CURVE {PublicKey}";
}
