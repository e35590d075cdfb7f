using System.Text.Json;
using ActorTrading.Mt5.Wire;

namespace ActorTrading.Mt5.Client;

/// <summary>
/// One request in flight, and which answer belongs to it. The protocol gives no correlation id, so an answer counts only
/// if its shape fits; after anything unusual (no answer, an error that may have a second answer behind it) the pipeline is
/// out of step, and a probe of a shape that cannot be outstanding is answered before another request goes out.
/// </summary>
internal sealed class RequestPipeline(MonotonicClock clock, Mt5TerminalOptions options, AnswerReader reader, GuardedEvents events)
{
    private static readonly AnswerShape[] ProbeShapes = [AnswerShape.Balance, AnswerShape.Account, AnswerShape.Orders, AnswerShape.Positions];

    /// <summary>Shapes of answers that may still come since the pipeline was last in step.</summary>
    private readonly HashSet<AnswerShape> _outstanding = [];
    private PendingRequest? _inFlight;

    /// <summary>The request's OK has not been read; the next must wait for it.</summary>
    private bool _okDue;
    private long _deadline = MonotonicClock.Never;

    /// <summary>An error came for a question; a proper answer may follow until the deadline.</summary>
    private TerminalErrorException? _error;

    /// <summary>The trade given up since the pipeline was last in step: there can be only one, as no other goes out before.</summary>
    private PendingTrade? _inDoubt;
    private long _quietUntil = MonotonicClock.Never;
    private bool _freshConnection = true;

    /// <summary>Nothing is in flight: the next request may go, if <see cref="InStep"/>.</summary>
    public bool IsIdle => _inFlight is null && !_okDue;

    /// <summary>Every answer to earlier requests has been read or can never come.</summary>
    public bool InStep { get; private set; }

    /// <summary>Why this connection is no longer of use; null while it is.</summary>
    public string? Failure { get; private set; }

    public long NextDeadline => Math.Min(_deadline, _okDue ? MonotonicClock.Never : _quietUntil);

    /// <summary>A fresh connection: answers to an earlier one's requests may still be on their way.</summary>
    public void Reset()
    {
        InStep = false;
        Failure = null;
        _freshConnection = true;
        _quietUntil = MonotonicClock.Never;
    }

    /// <param name="sent">Whether the socket took it.</param>
    public void Started(PendingRequest request, bool sent)
    {
        if (!sent)
        {
            request.Refuse(RefusalKind.NotConnected, "the connection took nothing more");
            Failure ??= "the request socket has no peer";
            return;
        }
        request.SentAt = clock.Now;
        _inFlight = request;
        _okDue = true;
        _error = null;
        _deadline = clock.After(request.Timeout);
    }

    /// <summary>The question that brings the pipeline back in step, or null while it is silent or waiting.</summary>
    public PendingRequest? NextProbe()
    {
        if (InStep || !IsIdle || _quietUntil != MonotonicClock.Never)
            return null;
        var fresh = Array.FindIndex(ProbeShapes, s => !_outstanding.Contains(s));
        var shape = ProbeShapes[Math.Max(fresh, 0)];
        // A shape that an older request may still be answered by proves nothing alone: then silence has to.
        var needsQuiet = _freshConnection || fresh < 0;
        return new PendingQuestion<bool>("probe", RequestWriter.Plain(shape.ToString().ToUpperInvariant()), shape, options.RequestTimeout, _ => true)
        {
            IsProbe = true,
            Answered = _ =>
            {
                if (needsQuiet)
                    _quietUntil = clock.After(options.QuietPeriod);
                else
                    BackInStep();
            },
        };
    }

    public void OnReply(ReadOnlySpan<byte> bytes)
    {
        _okDue = false;
        if (_inFlight is null)
            _deadline = MonotonicClock.Never;
        if (_quietUntil != MonotonicClock.Never)
            _quietUntil = clock.After(options.QuietPeriod);
        if (options.Dialect == TerminalDialect.B)
            OnAnswer(bytes);
        else if (!bytes.TrimEnd((byte)0).SequenceEqual("OK"u8))
            events.Fault(ProtocolFaultKind.Malformed, "reply", "a request is acknowledged by the two bytes OK", bytes);
    }

    public void OnAnswer(ReadOnlySpan<byte> bytes)
    {
        if (_quietUntil != MonotonicClock.Never)
            _quietUntil = clock.After(options.QuietPeriod);
        if (bytes.IsEmpty)
        {
            OnEmpty();
            return;
        }
        try
        {
            var json = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = AnswerReader.JsonOptions.MaxDepth });
            using var document = JsonDocument.ParseValue(ref json);
            if (json.BytesConsumed != bytes.Length && !bytes[(int)json.BytesConsumed..].Trim(" \t\r\n\0"u8).IsEmpty)
                throw new TerminalProtocolException("more follows after the answer");
            Dispatch(document.RootElement, bytes);
        }
        catch (Exception e) when (e is JsonException or TerminalProtocolException or InvalidOperationException or FormatException or OverflowException)
        {
            events.Fault(ProtocolFaultKind.Malformed, "answer", e.Message, bytes);
            OnUnreadable(e);
        }
    }

    private void OnEmpty()
    {
        if (_inFlight is { Expected: AnswerShape.Deals } request)
        {
            Finish();
            request.CompleteEmpty();
        }
        else
        {
            events.Fault(ProtocolFaultKind.Stray, "answer", "an empty frame that nothing asked for", default);
        }
    }

    private void Dispatch(JsonElement root, ReadOnlySpan<byte> bytes)
    {
        var shape = AnswerShapes.Of(root);
        if (shape == AnswerShape.Acknowledgement)
        {
            OnAcknowledgement(root, bytes);
            return;
        }
        if (_inFlight is { } request && request.Expected == shape)
        {
            Complete(request, root);
            return;
        }
        if (shape == AnswerShape.Trade && _inDoubt is { } doubt)
        {
            var answer = doubt.Read(root, clock);
            _inDoubt = null;
            if (!doubt.Contradicts(answer))
            {
                events.LateTradeAnswer(doubt.Request, answer);
                return;
            }
        }
        events.Fault(ProtocolFaultKind.Stray, "answer", _inFlight is null ? $"{shape} that nothing asked for" : $"{shape} while waiting for {_inFlight.Expected}", bytes);
    }

    private void OnAcknowledgement(JsonElement root, ReadOnlySpan<byte> bytes)
    {
        var (error, code, description, function) = reader.Acknowledgement(root);
        if (_inFlight is not { } request || request.IsProbe || !MayComeFrom(function, request.Expected))
        {
            events.Fault(ProtocolFaultKind.Stray, "answer", $"{code} {description} of {function} that nothing asked for", bytes);
            return;
        }
        if (!error && request.Expected == AnswerShape.Acknowledgement)
        {
            Complete(request, root);
            return;
        }
        events.Fault(ProtocolFaultKind.ErrorAnswer, request.Name, $"{code} {description} of {function}", bytes);
        // For a trade the proper answer follows; for a question it sometimes does.
        if (request.IsTrade)
            return;
        _error = new TerminalErrorException(code, description, function);
        _deadline = Math.Min(_deadline, clock.After(options.ErrorGrace));
    }

    /// <summary>The EA names the function an acknowledgement comes from: two of them belong to one request only.</summary>
    private static bool MayComeFrom(string function, AnswerShape expected) => function switch
    {
        "GetPositions" => expected == AnswerShape.Positions,
        "TradingModule" => expected == AnswerShape.Trade,
        _ => true,
    };

    private void Complete(PendingRequest request, JsonElement root)
    {
        Finish();
        try
        {
            request.Complete(root, clock);
        }
        catch (Exception e) when (e is TerminalProtocolException or InvalidOperationException or FormatException or OverflowException)
        {
            OutOfStep(request);
            request.Fail(e);
            throw;
        }
    }

    private void OnUnreadable(Exception e)
    {
        // It may be the answer, or something beside it. A question is given up; a trade's proper answer may still come.
        if (_inFlight is not { IsTrade: false, IsProbe: false } request)
            return;
        Finish();
        OutOfStep(request);
        request.Fail(e as TerminalProtocolException ?? new TerminalProtocolException($"{request.Name}: {e.Message}"));
    }

    public void CheckDeadlines()
    {
        var now = clock.Now;
        // Before the probe itself is acknowledged, silence only means that the terminal is still busy with something older.
        if (now >= _quietUntil && !_okDue)
        {
            _quietUntil = MonotonicClock.Never;
            BackInStep();
        }
        if (now < _deadline)
            return;
        _deadline = MonotonicClock.Never;
        if (_inFlight is not { } request)
        {
            // Answered, but its OK never came: the request socket is out of step.
            _okDue = false;
            InStep = false;
            return;
        }
        _inFlight = null;
        _okDue = false;
        OutOfStep(request);
        if (_error is { } error)
            request.Fail(error);
        else
            request.Abandon(UnknownCause.NoAnswer, $"no answer within {request.Timeout.TotalSeconds:0.###} s");
        if (request.IsProbe)
            Failure ??= $"the terminal has not answered for {request.Timeout.TotalSeconds:0.###} s";
    }

    /// <summary>The connection is gone: what was in flight has no known outcome.</summary>
    public void Abort(UnknownCause cause, string reason)
    {
        if (_inFlight is { } request)
        {
            _inFlight = null;
            OutOfStep(request);
            request.Abandon(cause, reason);
        }
        _okDue = false;
        _deadline = _quietUntil = MonotonicClock.Never;
        InStep = false;
    }

    private void Finish()
    {
        _inFlight = null;
        _error = null;
        // Kept while the OK is due, which bounds the wait for it.
        if (!_okDue)
            _deadline = MonotonicClock.Never;
    }

    private void OutOfStep(PendingRequest request)
    {
        InStep = false;
        _outstanding.Add(request.Expected);
        if (request is PendingTrade trade)
            _inDoubt = trade;
    }

    private void BackInStep()
    {
        InStep = true;
        _freshConnection = false;
        _outstanding.Clear();
        _inDoubt = null;
    }
}
