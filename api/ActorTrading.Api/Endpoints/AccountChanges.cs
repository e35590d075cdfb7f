using ActorTrading.Api.Auth;
using ActorTrading.Api.Conventions;
using ActorTrading.Api.Trading;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Microsoft.AspNetCore.Http;

namespace ActorTrading.Api.Endpoints;

/// <summary><c>PATCH /accounts/{id}</c>: an account's name, and how its terminal is reached.</summary>
internal static class AccountChanges
{
    public static async Task<AccountView> ChangeAsync(string id, ChangeAccount request, HttpContext context, Ownership own, IAccountStore store, GrainCalls grains, TimeProvider clock,
        CancellationToken cancel)
    {
        var account = await own.OpenAccountAsync(context.UserId(), Requests.PathId(id, "account"), cancel);
        var check = new Checks();
        request.Check(check, account);
        check.Throw();

        var changed = request.ApplyTo(account);
        await store.UpdateAsync(changed, clock.GetUtcNow(), cancel);
        if (request.Password.IsGiven)
            await store.SetBrokerPasswordAsync(account.Id, request.Password.Value, clock.GetUtcNow(), cancel);
        // Also where nothing of it has changed: a first try may have got half-way.
        if (request.Terminal is not null)
            await grains.Grain<ITerminalGrain>(account.Id).AskAsync(g => g.ReloadAsync(), cancel);
        return AccountView.Of(await own.AccountAsync(context.UserId(), account.Id, cancel));
    }
}

/// <summary>What is left out stays. A terminal's parts too: a new port alone keeps the host.</summary>
/// <param name="Password">At the broker; stored encrypted and never shown. Null takes it away.</param>
internal sealed record ChangeAccount(Given<string?> Name, ChangeTerminal? Terminal, Given<string?> Login, Given<string?> Password, Given<string?> Server)
{
    public void Check(Checks check, StoredAccount account)
    {
        if (Name.IsGiven)
            check.Text(Name.Value, "name", 100);
        check.OptionalText(Login.Value, "login", 64);
        check.OptionalText(Password.Value, "password", 256);
        check.OptionalText(Server.Value, "server", 128);
        if (Terminal is not null && account.Kind != AccountKind.Mt5)
            check.Add("terminal", "only an mt5 account has a terminal.");
        else if (Terminal is not null)
            TerminalChecks.Check(check, Terminal.Host.Or(account.TerminalHost), Terminal.Port.Or(account.TerminalPort), Terminal.ServerTimeZone.Value);
    }

    public StoredAccount ApplyTo(StoredAccount account) => account with
    {
        Name = Name.Or(account.Name)!,
        BrokerLogin = Login.Or(account.BrokerLogin),
        BrokerServer = Server.Or(account.BrokerServer),
        TerminalHost = Terminal is null ? account.TerminalHost : Terminal.Host.Or(account.TerminalHost),
        TerminalPort = Terminal is null ? account.TerminalPort : Terminal.Port.Or(account.TerminalPort),
        TerminalTimeZone = Terminal is null ? account.TerminalTimeZone : Terminal.ServerTimeZone.Or(account.TerminalTimeZone),
    };
}

/// <param name="ServerTimeZone">Null for UTC.</param>
internal sealed record ChangeTerminal(Given<string?> Host, Given<int?> Port, Given<string?> ServerTimeZone);

internal static class TerminalChecks
{
    /// <summary>Where a terminal listens, and in which zone it tells its times.</summary>
    public static (string Host, int Port) Check(Checks check, string? host, int? port, string? zone)
    {
        var name = check.Text(host, "terminal.host", 255);
        check.That(Uri.CheckHostName(name) != UriHostNameType.Unknown, "terminal.host", "must be a host name or an IP address.");
        var first = check.Required(port, "terminal.port");
        // The expert advisor binds this port and the three after it.
        check.OptionalCount(port, "terminal.port", 1, 65_532);
        check.That(zone is null || ServerTimeZone.TryFind(zone, out _), "terminal.serverTimeZone", $"is not a time zone: {ServerTimeZone.Names}. Left out, the terminal's times are UTC.");
        return (name, first);
    }
}
