using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>What became of a trade request: the terminal answered, it was never sent, or nobody knows yet.</summary>
public abstract record TradeOutcome
{
    private TradeOutcome() { }

    /// <summary>The terminal answered.</summary>
    /// <param name="Retcode">Judge by this alone: the answer's error flag only says whether the request was sent.</param>
    /// <param name="Order">
    /// Ticket of the order, which is the new position's ticket too for an opening order. The protocol narrows it to 32 bits:
    /// below zero it is not the ticket, see <see cref="TicketIsNarrowed"/>, and above zero it need not be either.
    /// </param>
    /// <param name="Volume">Lots done, as the broker confirmed.</param>
    /// <param name="Price">Price done, at most 5 decimals.</param>
    /// <param name="Latency">From sending the request to reading the answer.</param>
    public sealed record Answered(Retcode Retcode, long Order, decimal Volume, decimal Price, decimal Bid, decimal Ask, string Description,
        TimeSpan Latency) : TradeOutcome
    {
        public bool Succeeded => Retcode is Retcode.Done or Retcode.DonePartial or Retcode.Placed or Retcode.NoChanges;

        /// <summary>
        /// The terminal itself does not know (its server did not answer in time, or it lost the server): find out as for
        /// <see cref="Unknown"/> before trying again.
        /// </summary>
        public bool IsInDoubt => Retcode is Retcode.Timeout or Retcode.Connection;

        /// <summary>Refused for the moment only, and nothing was done: no price to be had, too many requests, or the account is being worked on.</summary>
        public bool IsForLater => Retcode is Retcode.PriceOff or Retcode.TooManyRequests or Retcode.Locked;

        /// <summary>
        /// The ticket was above 2^31-1 and came back negative: the true one shares its low 32 bits. One above 2^32 may come back positive;
        /// <see cref="TerminalSnapshot.HasWideTickets"/> tells that this is to be reckoned with.
        /// </summary>
        public bool TicketIsNarrowed => Order < 0;
    }

    /// <summary>Nothing was sent, so nothing can have happened.</summary>
    public sealed record Refused(RefusalKind Kind, string Reason) : TradeOutcome;

    /// <summary>It was sent and no answer came: it may have been done, or may yet be. Compare snapshots before anything is sent again.</summary>
    public sealed record Unknown(UnknownCause Cause, string Reason) : TradeOutcome;
}

public enum RefusalKind { Invalid, NotConnected, QueueFull, WaitedTooLong, Cancelled, Stopped }

public enum UnknownCause { NoAnswer, ConnectionLost, UnreadableAnswer, Stopped }
