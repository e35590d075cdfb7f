namespace ActorTrading.Grains;

/// <summary>An account is kept as a snapshot now and then, so that its next activation reads little.</summary>
public sealed partial class AccountGrain
{
    private long _snapshotSeq;

    /// <summary>Offers the state where enough entries have come since the last snapshot.</summary>
    private void Keep(int enough)
    {
        if (_state.Seq - _snapshotSeq >= enough)
        {
            _snapshotSeq = _state.Seq;
            keeper.Offer(_state);
        }
    }
}
