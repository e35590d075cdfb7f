namespace ActorTrading.Grains;

/// <summary>Asks accounts side by side whether they are up.</summary>
internal static class RollCall
{
    /// <param name="ask">Completes when the account is up; fails where it could not be brought up.</param>
    /// <returns>Who has answered, in the order of the accounts.</returns>
    public static Task<bool[]> AskAsync(IEnumerable<Guid> accounts, Func<Guid, Task> ask)
    {
        return Task.WhenAll(accounts.Select(TryAskAsync));

        async Task<bool> TryAskAsync(Guid account)
        {
            try
            {
                await ask(account);
                return true;
            }
            catch (Exception)
            {
                // Whoever could not be brought up has said why in its own log.
                return false;
            }
        }
    }
}
