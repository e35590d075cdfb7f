using ActorTrading.Contracts;
using ActorTrading.Postgres;

namespace ActorTrading.Grains;

/// <summary>What grains ask about accounts besides their ledgers.</summary>
public sealed class AccountDirectory(IAccountStore accounts, ILeaderStore leaders) : IAccountDirectory
{
    /// <summary>The first port of an expert advisor as it is installed.</summary>
    private const int UsualPort = 15555;

    public async Task<AccountProfile> GetAsync(Guid accountId, CancellationToken cancellation) =>
        await accounts.SetupAsync(accountId, cancellation) is not { } setup ? AccountProfile.None
        : new AccountProfile(setup.IsLeading, setup.TerminalHost is null ? null : new TerminalConfig(new TerminalAddress(setup.TerminalHost, setup.TerminalPort ?? UsualPort),
            [.. setup.FeedSymbols.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)], setup.FeedRank, setup.TerminalTimeZone));

    public Task<IReadOnlyList<Guid>> HoldersAsync(string symbol, CancellationToken cancellation) => accounts.HoldersAsync(symbol, cancellation);

    public Task<IReadOnlyList<Guid>> MovedAsync(DateTimeOffset since, CancellationToken cancellation) => accounts.MovedAsync(since, cancellation);

    public Task<IReadOnlyList<Guid>> AtTerminalsAsync(CancellationToken cancellation) => accounts.AtTerminalsAsync(cancellation);

    public Task<IReadOnlyList<Guid>> LeadersAsync(CancellationToken cancellation) => leaders.LeadingAccountsAsync(cancellation);
}
