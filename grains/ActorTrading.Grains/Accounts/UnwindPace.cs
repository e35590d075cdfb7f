namespace ActorTrading.Grains;

/// <summary>
/// Keeps what a link closes by itself from hammering a broker that refuses it: after each try that has led nowhere there is a pause. Only as
/// old as the activation.
/// </summary>
internal sealed class UnwindPace(TimeProvider clock)
{
    private readonly Pauses _pauses = new(clock);
    private readonly Dictionary<Guid, int> _left = [];

    /// <summary>Whether to try now; then it is taken as tried.</summary>
    /// <param name="left">What there is to close or cancel; less than before shows that it leads somewhere.</param>
    public bool Allows(Guid linkId, int left)
    {
        if (_left.TryGetValue(linkId, out var before) && left < before)
        {
            _pauses.Forget(linkId);
        }

        if (!_pauses.IsOver(linkId))
        {
            return false;
        }

        _pauses.Refused(linkId);
        _left[linkId] = left;
        return true;
    }

    public void Done(Guid linkId)
    {
        _pauses.Forget(linkId);
        _left.Remove(linkId);
    }
}
