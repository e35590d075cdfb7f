using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using ActorTrading.Api.Conventions;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace ActorTrading.Api.Realtime;

/// <summary>
/// SignalR's JSON protocol, except that a client may leave out a call's last arguments: they arrive as null. SignalR itself
/// refuses a call whose number of arguments is not the method's.
/// </summary>
public sealed class OptionalArgumentsProtocol(JsonHubProtocol inner) : IHubProtocol
{
    public string Name => inner.Name;

    public int Version => inner.Version;

    public TransferFormat TransferFormat => inner.TransferFormat;

    public bool IsVersionSupported(int version) => inner.IsVersionSupported(version);

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => inner.WriteMessage(message, output);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => inner.GetMessageBytes(message);

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        var given = CountArguments(input);
        if (!inner.TryParseMessage(ref input, given is { } count ? new FirstParameters(binder, count) : binder, out message))
            return false;
        if (message is InvocationBindingFailureMessage { BindingFailure.SourceException: not HubException } failure)
            message = new InvocationBindingFailureMessage(failure.InvocationId, failure.Target, ExceptionDispatchInfo.Capture(Explain(failure.Target, binder)));
        if (given is not null && message is InvocationMessage { StreamIds: null } call)
            message = Fill(call, binder.GetParameterTypes(call.Target));
        return true;
    }

    private static HubMessage Fill(InvocationMessage call, IReadOnlyList<Type> types)
    {
        var given = call.Arguments.Length;
        if (given >= types.Count)
            return call;
        // A required argument stays required: only what may be null is filled in.
        if (types.Skip(given).Any(t => Nullable.GetUnderlyingType(t) is null))
            return new InvocationBindingFailureMessage(call.InvocationId, call.Target, ExceptionDispatchInfo.Capture(
                new HubException($"{ProblemCodes.ValidationFailed}: the call provides {given} argument(s), but '{call.Target}' needs more.")));
        return new InvocationMessage(call.InvocationId, call.Target, [.. call.Arguments, .. new object?[types.Count - given]], null) { Headers = call.Headers };
    }

    /// <summary>Only a HubException's words reach the client; SignalR's own for this are an "error on the server".</summary>
    private static HubException Explain(string target, IInvocationBinder binder)
    {
        var types = binder.GetParameterTypes(target).Select(t => Nullable.GetUnderlyingType(t) is { } inner ? $"{inner.Name} or null" : t.Name);
        return new($"{ProblemCodes.ValidationFailed}: the arguments of '{target}' are not those expected: ({string.Join(", ", types)}).");
    }

    /// <returns>Null where the input does not begin with a complete call.</returns>
    private static int? CountArguments(ReadOnlySequence<byte> input)
    {
        if (input.PositionOf((byte)0x1e) is not { } end)
            return null;
        var reader = new Utf8JsonReader(input.Slice(0, end), new JsonReaderOptions { MaxDepth = 16 });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("arguments"u8))
                    return CountElements(ref reader);
            }
        }
        catch (JsonException)
        {
            // The real parser says what is wrong with it.
        }
        return null;
    }

    private static int? CountElements(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return null;
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            count++;
            reader.Skip();
        }
        return count;
    }

    private sealed class FirstParameters(IInvocationBinder inner, int count) : IInvocationBinder
    {
        public IReadOnlyList<Type> GetParameterTypes(string methodName)
        {
            var all = inner.GetParameterTypes(methodName);
            return count < all.Count ? [.. all.Take(count)] : all;
        }

        public Type GetReturnType(string invocationId) => inner.GetReturnType(invocationId);

        public Type GetStreamItemType(string streamId) => inner.GetStreamItemType(streamId);

        public string? GetTarget(ReadOnlySpan<byte> targetUtf8Bytes) => inner.GetTarget(targetUtf8Bytes);
    }
}
