using System.Runtime.CompilerServices;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;

namespace ActorTrading.Grains;

/// <summary>Movements of money: one with an id is made once, and answered each time as the first time.</summary>
public sealed partial class AccountGrain
{
    public async Task<TradeResult> AdjustBalanceAsync(AdjustBalance command)
    {
        if (command.OperationId is not { } id)
        {
            return await ExecuteAsync(command, null);
        }

        if (!_state.Remembers(id))
        {
            try
            {
                var isRepetition = new StrongBox<bool>();
                var result = await ExecuteAsync(command, null, isRepetition);
                if (result.Accepted && !isRepetition.Value)
                {
                    return result;
                }

                // Refused as things are now; it may have been made when they were otherwise.
                return await MadeBeforeAsync(command, id) ?? result;
            }
            catch (ConflictException e) when (e.Conflict == LedgerConflict.Operation)
            {
                // Made longer ago than the account remembers.
            }
        }

        return await MadeBeforeAsync(command, id)
            ?? throw new InvalidOperationException($"Account {Id} knows operation {id}, and its ledger does not.");
    }

    /// <summary>The answer that the movement had when it was made; null where it has not been.</summary>
    private async Task<TradeResult?> MadeBeforeAsync(AdjustBalance command, Guid operationId)
    {
        if (await reader.FindOperationAsync(Id, operationId) is not { Event: BalanceAdjusted made } entry)
        {
            return null;
        }

        return made.Amount == command.Amount && made.Reason == command.BalanceReason
            ? new TradeResult(true, Retcode.Done, made.Describe(_state.Currency), null, null, null, entry.Seq)
            : new TradeResult(false, Retcode.Invalid, $"Operation {operationId} was a {made.Describe(_state.Currency)} It cannot be another now.", "OPERATION_ID_REUSED", null, null, _state.Seq);
    }
}
