using System.Collections.Immutable;

namespace ActorTrading.Domain;

public sealed partial record AccountState
{
    /// <summary>What belongs to which link, where positions alone do not tell.</summary>
    public CopyBook Copying { get; init; } = CopyBook.Empty;

    /// <summary>This state, which follows <paramref name="before"/> by <paramref name="entry"/>, with its copy book brought up to it.</summary>
    private AccountState WithCopying(AccountState before, LedgerEntry entry)
    {
        var book = CopyBookFold.Apply(before, entry);
        return ReferenceEquals(book, Copying) ? this : this with { Copying = book };
    }
}
