namespace ActorTrading.Mt5.Tests;

internal static class Books
{
    /// <summary>Looks until two looks in a row agree, over lost connections.</summary>
    public static Task<SettledSnapshot> Settle(Mt5TerminalClient client)
    {
        return Look().OrHang();

        async Task<SettledSnapshot> Look()
        {
            TerminalSnapshot? previous = null;
            while (true)
            {
                await client.WaitUntilOnlineAsync();
                try
                {
                    var current = await client.GetSnapshotAsync();
                    if (previous is not null && SettledSnapshot.TryCreate(previous, current) is { } settled)
                        return settled;
                    previous = current;
                }
                catch (Exception e) when (e is TerminalUnavailableException or TerminalErrorException or TimeoutException)
                {
                    previous = null; // lost in between: two in a row, or nothing
                }
            }
        }
    }
}
