using ActorTrading.Contracts;

namespace ActorTrading.Grains;

/// <summary>What is known of accounts besides their ledgers: who leads, which terminal, which symbols anybody holds.</summary>
public interface IAccountDirectory
{
    Task<AccountProfile> GetAsync(Guid accountId, CancellationToken cancellation);

    /// <summary>Open paper accounts with a position or a resting order in the symbol: those that a symbol asks to arm again.</summary>
    Task<IReadOnlyList<Guid>> HoldersAsync(string symbol, CancellationToken cancellation);

    /// <summary>Open paper accounts with an entry at or after the time.</summary>
    Task<IReadOnlyList<Guid>> MovedAsync(DateTimeOffset since, CancellationToken cancellation);

    /// <summary>Accounts whose terminals must be connected while the system runs.</summary>
    Task<IReadOnlyList<Guid>> AtTerminalsAsync(CancellationToken cancellation);

    /// <summary>Accounts that publish or are followed still.</summary>
    Task<IReadOnlyList<Guid>> LeadersAsync(CancellationToken cancellation);
}

/// <param name="IsLeading">A leader grain of the same key follows this account's ledger.</param>
/// <param name="Terminal">Where the account's terminal listens; null for paper.</param>
public sealed record AccountProfile(bool IsLeading, TerminalConfig? Terminal)
{
    public static AccountProfile None { get; } = new(false, null);
}
