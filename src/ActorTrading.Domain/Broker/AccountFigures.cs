namespace ActorTrading.Domain;

/// <summary>What an account is worth at the market's newest quotes. Money in the account's currency, not rounded.</summary>
/// <param name="Balance">Realised money.</param>
/// <param name="Credit">Money lent by the broker: counts as equity, cannot be withdrawn.</param>
/// <param name="FloatingProfit">Of the open positions at the price that would close them, swap included; commission is in the balance already.</param>
/// <param name="Margin">Held by positions and pending orders.</param>
/// <param name="MissingSymbols">Symbols of positions without a quote or a conversion: their profit counts as 0 here, and no margin decision may be made.</param>
public sealed record AccountFigures(decimal Balance, decimal Credit, decimal FloatingProfit, decimal Margin, IReadOnlyList<string> MissingSymbols)
{
    public decimal Equity => Balance + Credit + FloatingProfit;

    public decimal FreeMargin => Equity - Margin;

    /// <summary>Equity in percent of margin; null when no margin is in use.</summary>
    public decimal? MarginLevel => Margin > 0 ? Equity / Margin * 100m : null;

    public bool IsComplete => MissingSymbols.Count == 0;

    public static AccountFigures Of(AccountState state, IMarketView market)
    {
        var floating = 0m;
        List<string>? missing = null;
        foreach (var (_, position) in state.Positions)
        {
            floating += position.Swap;
            if (ProfitCalculator.Floating(position, state.Currency, market) is { } profit) floating += profit;
            else if (!(missing ??= []).Contains(position.Symbol)) missing.Add(position.Symbol);
        }
        var margin = MarginCalculator.Total(state, market);
        if (margin is null && missing is null)
            missing = [.. state.Positions.Values.Select(p => p.Symbol).Concat(state.Orders.Values.Select(o => o.Symbol)).Distinct()];
        return new AccountFigures(state.Balance, state.Credit, floating, margin ?? 0m, missing ?? (IReadOnlyList<string>)[]);
    }

    /// <summary>The same, rounded to the account currency's digits (the level to two) for showing.</summary>
    public AccountFigures Rounded(string currency) => this with
    {
        Balance = Currencies.Round(Balance, currency),
        Credit = Currencies.Round(Credit, currency),
        FloatingProfit = Currencies.Round(FloatingProfit, currency),
        Margin = Currencies.Round(Margin, currency),
    };
}
