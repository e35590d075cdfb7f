using System.Text.Json;
using ActorTrading.Mt5.Wire;

namespace ActorTrading.Mt5.Client;

/// <summary>A request between its caller and the terminal. It is completed exactly once, whoever comes first.</summary>
internal abstract class PendingRequest(string name, byte[] payload, AnswerShape expected, TimeSpan timeout)
{
    private int _state;

    /// <summary>For messages: what was asked.</summary>
    public string Name => name;
    public byte[] Payload => payload;
    public AnswerShape Expected => expected;
    public TimeSpan Timeout => timeout;
    public long QueuedAt { get; set; }
    public long SentAt { get; set; }
    public virtual bool IsTrade => false;

    /// <summary>Asked only to find out which answers are still to come.</summary>
    public bool IsProbe { get; init; }

    /// <summary>Claims the request for sending, or for giving up unsent. Only one claim succeeds.</summary>
    public bool TryClaim() => Interlocked.CompareExchange(ref _state, 1, 0) == 0;

    public abstract void Complete(JsonElement root, MonotonicClock clock);

    /// <summary>An answer of no bytes.</summary>
    public abstract void CompleteEmpty();

    /// <summary>Sent, and answered by an error or by something unreadable.</summary>
    public abstract void Fail(Exception error);

    /// <summary>Sent, and no answer will be known.</summary>
    public abstract void Abandon(UnknownCause cause, string reason);

    /// <summary>Never sent.</summary>
    public abstract void Refuse(RefusalKind kind, string reason);
}

/// <summary>A question: its answer is a value, its failure an exception.</summary>
internal sealed class PendingQuestion<T>(string name, byte[] payload, AnswerShape expected, TimeSpan timeout, Func<JsonElement, T> read, Func<T>? empty = null)
    : PendingRequest(name, payload, expected, timeout)
{
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Result => _result.Task;

    /// <summary>Called on the terminal's thread when the answer was good.</summary>
    public Action<T>? Answered { get; init; }

    /// <summary>Called on the terminal's thread when it was not.</summary>
    public Action<Exception>? Failed { get; init; }

    public override void Complete(JsonElement root, MonotonicClock clock)
    {
        var value = read(root);
        Answered?.Invoke(value);
        _result.TrySetResult(value);
    }

    public override void CompleteEmpty()
    {
        if (empty is null)
        {
            Fail(new TerminalProtocolException($"{Name} was answered by an empty frame"));
            return;
        }
        var value = empty();
        Answered?.Invoke(value);
        _result.TrySetResult(value);
    }

    public override void Fail(Exception error)
    {
        Failed?.Invoke(error);
        if (_result.TrySetException(error))
            _ = _result.Task.Exception; // seen: a question that the client asked itself has no other reader
    }

    public override void Abandon(UnknownCause cause, string reason) =>
        Fail(cause == UnknownCause.NoAnswer ? new TimeoutException($"{Name}: {reason}") : new TerminalUnavailableException($"{Name}: {reason}"));

    public override void Refuse(RefusalKind kind, string reason) => Fail(new TerminalUnavailableException($"{Name}: {reason}"));

    public void Cancel(CancellationToken token) => _result.TrySetCanceled(token);
}

/// <summary>A trade: it never throws, because not knowing is one of its outcomes.</summary>
internal sealed class PendingTrade(TradeRequest request, TimeSpan timeout, AnswerReader reader)
    : PendingRequest($"{request.Action} {request.ClientOrderId}", RequestWriter.Trade(request), AnswerShape.Trade, timeout)
{
    private readonly TaskCompletionSource<TradeOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TradeRequest Request => request;
    public Task<TradeOutcome> Outcome => _outcome.Task;
    public override bool IsTrade => true;

    public override void Complete(JsonElement root, MonotonicClock clock)
    {
        var answer = Read(root, clock);
        if (Contradicts(answer))
            throw new TerminalProtocolException($"asked for {request.Volume} lots, answered {answer.Volume}: this answers something else");
        _outcome.TrySetResult(answer);
    }

    public TradeOutcome.Answered Read(JsonElement root, MonotonicClock clock) => reader.Trade(root, clock.Since(SentAt));

    /// <summary>Whether the answer cannot be this request's: no broker does more than was asked.</summary>
    public bool Contradicts(TradeOutcome.Answered answer) => answer.Succeeded && (request.IsMarket || request.IsPending) && answer.Volume > request.Volume;

    public override void CompleteEmpty() => Fail(new TerminalProtocolException("an empty frame"));

    public override void Fail(Exception error) => _outcome.TrySetResult(new TradeOutcome.Unknown(UnknownCause.UnreadableAnswer, error.Message));

    public override void Abandon(UnknownCause cause, string reason) => _outcome.TrySetResult(new TradeOutcome.Unknown(cause, reason));

    public override void Refuse(RefusalKind kind, string reason) => _outcome.TrySetResult(new TradeOutcome.Refused(kind, reason));
}
