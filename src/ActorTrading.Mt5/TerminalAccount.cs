namespace ActorTrading.Mt5;

/// <summary>The account as the terminal tells it. Money in <paramref name="Currency"/>.</summary>
/// <param name="TradingAllowed">Whether the broker lets this account trade.</param>
/// <param name="BotTradingAllowed">Whether it lets programs trade.</param>
/// <param name="MarginLevel">Equity over margin, percent; 0 where no margin is used.</param>
public sealed record TerminalAccount(string Broker, string Currency, string Server, bool TradingAllowed, bool BotTradingAllowed,
    decimal Balance, decimal Equity, decimal Margin, decimal FreeMargin, decimal MarginLevel);

/// <summary>The cheap part of the account, in the account's currency.</summary>
public sealed record TerminalBalance(decimal Balance, decimal Equity, decimal Margin, decimal FreeMargin);
