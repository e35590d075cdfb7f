using System.Text;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace ActorTrading.Api.Realtime.Sessions;

/// <summary>Something for a user's screens, with each wire form made once for all connections.</summary>
/// <param name="name">The hub's method: TradeUpdate, AlertTriggered, …</param>
/// <param name="accountId">Only subscribers of the account, or of the backtest of this id, get it; null for all the user's connections.</param>
/// <param name="seq">Ledger sequence, for TradeUpdate.</param>
/// <param name="json">One JSON object.</param>
/// <param name="version">Of a state that replaces the one before: a lower one is older. Null for what has none.</param>
public sealed class UserEvent(string name, Guid? accountId, long? seq, string json, long? version = null)
{
    private SerializedHubMessage? _hub;
    private byte[]? _frame;

    public string Name => name;

    public Guid? AccountId => accountId;

    public long? Seq => seq;

    public long? Version => version;

    /// <summary>A SignalR invocation in the JSON protocol.</summary>
    public SerializedHubMessage Hub => _hub ??= new([new SerializedMessage("json",
        Encoding.UTF8.GetBytes($$"""{"type":1,"target":"{{name}}","arguments":[{{json}}]}""" + '\u001e'))]);

    /// <summary>A frame of the plain WebSocket: the object with its event's snake_case name in front.</summary>
    public byte[] Frame => _frame ??= Encoding.UTF8.GetBytes(
        $$"""{"event":"{{System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(name)}}"{{(json.AsSpan(1).Trim() is "}" ? "" : ",")}}{{json.AsSpan(1)}}""");
}
