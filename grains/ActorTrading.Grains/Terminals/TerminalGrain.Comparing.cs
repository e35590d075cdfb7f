using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5;
using Microsoft.Extensions.Logging;

namespace ActorTrading.Grains;

// The comparison of the account's books with the terminal's.
public sealed partial class TerminalGrain
{
    /// <param name="onlyIfNeeded">Not where the books have been compared meanwhile.</param>
    private async Task ReconcileAsync(bool onlyIfNeeded = false)
    {
        if (_link is not { } link)
        {
            return;
        }

        Reconciliation result;
        using (await _turn.EnterAsync())
        {
            try
            {
                if (_link != link || (onlyIfNeeded && _reconciled))
                {
                    return;
                }

                var isFirst = _session is null;
                var owner = _session?.Owner ?? Guid.CreateVersion7(clock.GetUtcNow());
                if (_session is null)
                {
                    // Before looking: what another activation may still have sent is there to be seen, and it sends no more.
                    await fence.TakeAsync(Id, owner, clock.GetUtcNow());
                }
                else if (!await fence.IsHeldAsync(Id, owner))
                {
                    await RetireAsync();
                    return;
                }

                var (settled, announced) = await link.SettleAsync();
                var now = clock.GetUtcNow();
                var state = await Account.GetStateAsync();
                if (state.Seq == 0)
                {
                    return;
                }

                if (await IsStrangeAsync(OwnBooks.WhyNot(state, settled.Snapshot)))
                {
                    return;
                }

                if (announced.Count > 0 && await TellAnnouncedAsync(state, announced, link))
                {
                    state = await Account.GetStateAsync();
                }

                var submitted = state.Orders.Values.Where(o => o.Status == OrderStatus.Submitted).Select(o => o.Id).ToHashSet();
                if (isFirst)
                {
                    _handed.UnionWith(submitted);
                }

                result = LedgerReconciler.Reconcile(state, settled, now, submitted.Except(_handed).ToHashSet());
                foreach (var (fact, reason) in result.Unbookable)
                {
                    _log.LogError("Account {AccountId}: what the terminal shows cannot be booked and is left out: {Reason} [{Fact}]", Id, reason, fact);
                }

                foreach (var (id, reason) in result.Ambiguous)
                {
                    _log.LogError("Account {AccountId}: the outcome of {RequestId} cannot be told from the terminal's books: {Reason}", Id, id, reason);
                }

                // Whatever is asked for again from here on has not been executed.
                _session = new TerminalSession(owner, (_session?.Round ?? 0) + 1);
                _queue.Clear();
                _taken.Clear();
                _withdrawn.Clear();
                _later.Clear();
                _pauses.Keep(id => state.Orders.ContainsKey(id) || state.Requests.ContainsKey(id));
                foreach (var (id, _) in result.Ambiguous)
                {
                    _taken.Add((id, state.Orders.GetValueOrDefault(id)?.Attempt ?? 0));
                }

                _lastSync = now;
                _reconciled = true;
                _state = "connected";
                _reason = null;
                await TellAsync([.. PartsOf(InVain(state, result)), .. result.Parts], _session);
                // Every other order has an outcome now, or was not executed.
                _handed.IntersectWith(result.Ambiguous.Select(a => a.Id));
                link.Reconciled(settled.Snapshot, all: result.Ambiguous.IsEmpty);
            }
            catch (Exception e) when (TerminalFaults.IsUnanswered(e))
            {
                _reconciled = false;
                _log.LogWarning("Account {AccountId}: comparing the books with the terminal failed, trying again: {Reason}", Id, e.Message);
            }
            catch (Exception e)
            {
                // The account or the database did not take part.
                _reconciled = false;
                _log.LogWarning(e, "Account {AccountId}: the comparison with the terminal did not come to its end; trying again", Id);
            }
        }
    }

    /// <summary>Books that are not the account's are not compared, and nothing is sent, until the terminal shows the account's again.</summary>
    private async Task<bool> IsStrangeAsync(string? why)
    {
        var isNews = why != _strange;
        (_strange, _strangeSince) = (why, clock.GetTimestamp());
        if (why is null)
        {
            return false;
        }

        _reconciled = false;
        if (isNews)
        {
            _log.LogError("Account {AccountId}: {Reason}", Id, why);
            await TellAsync("connecting", why);
        }

        return true;
    }

    /// <summary>
    /// A report is one append of the ledger, so a comparison that found much is told in several, and only the last says that it is done. An
    /// account that dies in between is told the rest by the next comparison.
    /// </summary>
    /// <param name="done">The session that the comparison begins; null while it is not done.</param>
    private async Task TellAsync(ImmutableArray<ImmutableArray<TerminalFact>> parts, TerminalSession? done)
    {
        var account = Account;
        for (var i = 0; i < parts.Length; i++)
        {
            await account.OnTerminalAsync(Report(parts[i], i == parts.Length - 1 ? done : null));
        }
    }

    /// <summary>What the terminal has named is an outcome like an answered one; only the rest has to be told from what is new in its books.</summary>
    /// <returns>Whether there was anything to tell.</returns>
    private async Task<bool> TellAnnouncedAsync(AccountState state, IReadOnlyDictionary<string, TradeOutcome.Answered> announced, TerminalLink link)
    {
        var sender = new InstructionSender(link, () => Task.FromResult(false), settings, clock);
        var facts = new List<TerminalFact>();
        foreach (var order in TerminalQueue.Submitted(state))
        {
            if (announced.TryGetValue(ClientOrderIds.ForAttempt(order.ClientOrderId, order.Attempt), out var told)
                && sender.Told(new TerminalInstruction(order, null, null, null, _session!, false), told) is { IsEmpty: false } outcome)
            {
                facts.AddRange(outcome);
                _handed.Remove(order.Id);
            }
        }

        await TellAsync([.. PartsOf(facts)], done: null);
        return facts.Count > 0;
    }

    private static IEnumerable<ImmutableArray<TerminalFact>> PartsOf(IEnumerable<TerminalFact> facts) => facts.Chunk(FactParts.FactsMax).Select(ImmutableArray.Create);

    /// <summary>Attempts that may have reached the terminal and led to nothing: the next one needs a name of its own.</summary>
    private IEnumerable<TerminalFact> InVain(AccountState state, Reconciliation result) =>
        from order in TerminalQueue.Submitted(state)
        where result.NotExecuted.Contains(order.Id) && _handed.Contains(order.Id)
        select new TerminalFact { Kind = TerminalFactKind.NotExecuted, OrderId = order.Id, Attempt = order.Attempt, At = clock.GetUtcNow() };
}
