using ActorTrading.Api.Realtime.Quotes;

namespace ActorTrading.Api.Realtime.Sessions;

/// <summary>One client's connection, of whichever kind.</summary>
public interface ISessionSink : IQuoteSink
{
    /// <summary>Completes when the connection can take more.</summary>
    ValueTask WriteAsync(UserEvent message);

    /// <summary>Sends the client away; does not wait until it has gone.</summary>
    void End(string reason);
}
