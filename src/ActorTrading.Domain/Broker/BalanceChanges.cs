namespace ActorTrading.Domain;

/// <summary>Deposits, withdrawals, credit and corrections.</summary>
internal static class BalanceChanges
{
    /// <summary>Largest amount moved at once, in the account's currency.</summary>
    private const decimal AmountMax = 1_000_000_000_000m;

    private const int ReferenceMax = 256;

    public static BrokerDecision Adjust(BrokerSession session, AdjustBalance command)
    {
        var state = session.State;
        if (OrderChecks.Account(state) is { } closed) return closed.ToDecision();
        if (command.OperationId is { } id && state.RecentOrders.ContainsKey(AccountState.OperationKey(id)))
            return new BrokerDecision(Retcode.Done, $"Operation {id} was done before.", []) { IsDuplicate = true };
        var amount = command.Amount;
        if (amount == 0 || Math.Abs(amount) > AmountMax)
            return new Refusal(Retcode.Invalid, $"An amount of {amount} cannot be moved: it must not be 0 nor beyond {AmountMax}.").ToDecision();
        if (!Enum.IsDefined(command.BalanceReason) || command.Reference is null || command.Reference.Length > ReferenceMax)
            return new Refusal(Retcode.Invalid, $"A reason and a reference of at most {ReferenceMax} characters are needed.").ToDecision();
        if (Currencies.Round(amount, state.Currency) != amount)
            return new Refusal(Retcode.Invalid, $"Amount {amount} is finer than the {Currencies.Digits(state.Currency)} decimals of {state.Currency}.").ToDecision();
        if (command.BalanceReason is BalanceReason.Deposit && amount < 0 || command.BalanceReason is BalanceReason.Withdrawal && amount > 0)
            return new Refusal(Retcode.Invalid, $"A {command.BalanceReason} of {amount} has the wrong sign.").ToDecision();
        if (command.BalanceReason == BalanceReason.Credit && state.Credit + amount < 0)
            return new Refusal(Retcode.NoMoney, $"A credit of {state.Credit} cannot be lowered by {-amount}.").ToDecision();
        if (command.BalanceReason == BalanceReason.Withdrawal && Withdrawable(session) is var (free, missing))
        {
            if (missing is not null) return missing.ToDecision();
            if (-amount > free)
                return new Refusal(Retcode.NoMoney, $"{Currencies.Format(-amount, state.Currency)} cannot be withdrawn: {Currencies.Format(Math.Max(0m, free), state.Currency)} are free.").ToDecision();
        }
        var moved = new BalanceAdjusted(amount, command.BalanceReason, command.Reference) { OperationId = command.OperationId };
        session.Emit(moved);
        return new BrokerDecision(Retcode.Done, moved.Describe(state.Currency), session.Events);
    }

    // Neither credit nor floating profit can be taken out, but a floating loss counts.
    private static (decimal Free, Refusal? Missing) Withdrawable(BrokerSession session)
    {
        if (session.State.Positions.Count == 0 && session.State.Orders.Count == 0) return (session.State.Balance, null);
        var figures = AccountFigures.Of(session.State, session.Market);
        return figures.IsComplete
            ? (Math.Min(figures.Balance, figures.FreeMargin - figures.Credit), null)
            : (0m, new Refusal(Retcode.PriceOff, $"Free margin cannot be computed: no quote or rate for {string.Join(", ", figures.MissingSymbols)}."));
    }
}
