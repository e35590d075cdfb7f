using System.Buffers;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace ActorTrading.Api.Realtime.Quotes;

/// <summary>Several quotes that go out together, to one client or to a thousand: each wire form is made once, when first needed.</summary>
public sealed class QuoteFrame
{
    private static readonly byte[] Separator = [0x1e];
    private SerializedHubMessage? _hub;

    internal QuoteFrame(QuoteLine[] lines, long to, bool hasGap = false)
    {
        Lines = lines;
        To = to;
        HasGap = hasGap;
        foreach (var line in lines)
        {
            if (line.ReceivedUtcTicks > 0 && (OldestUtcTicks == 0 || line.ReceivedUtcTicks < OldestUtcTicks))
                OldestUtcTicks = line.ReceivedUtcTicks;
        }
    }

    public IReadOnlyList<QuoteLine> Lines { get; }

    /// <summary>Everything up to this sequence of the log is in this frame or an earlier one.</summary>
    public long To { get; }

    /// <summary>The client was too slow for the log: quotes are missing before this frame, which holds the newest of each symbol.</summary>
    public bool HasGap { get; }

    /// <summary>When the quote entered the system that waited longest, UTC ticks; 0 where that is not known or what is sent is meant to be old.</summary>
    public long OldestUtcTicks { get; init; }

    /// <summary>Of a client that does not want every quote.</summary>
    public bool IsConflated { get; init; }

    /// <summary>A SignalR invocation of <c>MarketData</c> in the JSON protocol, shared by all receivers.</summary>
    public SerializedHubMessage Hub => _hub ??= new([new SerializedMessage("json", HubJson())]);

    private byte[] HubJson()
    {
        var size = 160;
        foreach (var line in Lines)
            size += line.JsonAfterBrace.Length + 2;
        var buffer = new ArrayBufferWriter<byte>(size);
        if (HasGap)
        {
            buffer.Write(GapNotice);
            buffer.Write(Separator);
        }
        buffer.Write("{\"type\":1,\"target\":\"MarketData\",\"arguments\":[["u8);
        for (var i = 0; i < Lines.Count; i++)
        {
            buffer.Write(i == 0 ? "{"u8 : ",{"u8);
            buffer.Write(Lines[i].JsonAfterBrace);
        }
        buffer.Write("]]}"u8);
        buffer.Write(Separator);
        return buffer.WrittenSpan.ToArray();
    }

    private static ReadOnlySpan<byte> GapNotice => "{\"type\":1,\"target\":\"SystemStatus\",\"arguments\":[{\"kind\":\"quotesSkipped\"}]}"u8;
}
