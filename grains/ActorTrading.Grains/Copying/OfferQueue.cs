using System.Diagnostics.CodeAnalysis;

namespace ActorTrading.Grains;

/// <param name="AtOnce">
/// Links that a leader asks at a time: enough to fill the ledger's batches, and few enough that what is under way stays small. Ten thousand at
/// once took a tenth longer, most of it in garbage collections that had all of them to look at.
/// </param>
/// <param name="Patience">How long a link that does not answer keeps its place.</param>
public sealed record OfferSettings(int AtOnce, TimeSpan Patience)
{
    public static OfferSettings Default { get; } = new(1_024, TimeSpan.FromMilliseconds(100));
}

/// <summary>
/// The links that have something to decide, asked some at a time in the order in which they came to have it. One that does not answer keeps
/// its place for a while only: the others' orders do not wait for a follower whose silo hangs. Places are filled again when half of them are
/// free, which gives the ledger larger batches than one for one does.
/// </summary>
internal sealed class OfferQueue(OfferSettings settings)
{
    private readonly Queue<LinkProgress> _waiting = [];
    private readonly Queue<Place> _places = [];
    private int _taken;
    private bool _isFilling;

    public bool AreWaiting => _waiting.Count > 0;

    /// <summary>Lines a link up; one that is in line already stays where it is.</summary>
    public void Add(LinkProgress link)
    {
        if (!link.IsWaiting)
        {
            link.IsWaiting = true;
            _waiting.Enqueue(link);
        }
    }

    /// <summary>The link whose turn it is, with a place that its asker has to <see cref="Leave"/>; false where all are taken or nobody waits.</summary>
    public bool TryTake(DateTimeOffset now, [NotNullWhen(true)] out Place? place)
    {
        while (_places.TryPeek(out var oldest) && (oldest.IsLeft || now - oldest.Since >= settings.Patience))
        {
            _places.Dequeue();
            Leave(oldest);
        }

        _isFilling = _taken <= settings.AtOnce / 2 || (_isFilling && _taken < settings.AtOnce);
        if (!_isFilling || !_waiting.TryDequeue(out var link))
        {
            place = null;
            return false;
        }

        link.IsWaiting = false;
        place = new Place(link, now);
        _places.Enqueue(place);
        _taken++;
        return true;
    }

    public void Leave(Place place)
    {
        if (!place.IsLeft)
        {
            place.IsLeft = true;
            _taken--;
        }
    }

    internal sealed class Place(LinkProgress link, DateTimeOffset since)
    {
        public LinkProgress Link { get; } = link;

        public DateTimeOffset Since { get; } = since;

        public bool IsLeft { get; set; }
    }
}
