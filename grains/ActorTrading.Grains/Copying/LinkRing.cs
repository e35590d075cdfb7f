using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace ActorTrading.Grains;

/// <summary>
/// A leader's links, by id and in the order in which they are asked: that of their followers' account ids, beginning at another of them with
/// each of the leader's entries. Neighbours in that order are neighbours in the database's indexes, so a batch of them is written sooner than one
/// of followers picked anywhere; and over time each follower is as often among the first as any other.
/// </summary>
internal sealed class LinkRing : IReadOnlyCollection<LinkProgress>
{
    private static readonly Comparer<LinkProgress> ByAccount = Comparer<LinkProgress>.Create(static (a, b) =>
        a.FollowerAccountId.CompareTo(b.FollowerAccountId) is var order and not 0 ? order : a.Id.CompareTo(b.Id));

    private readonly Dictionary<Guid, LinkProgress> _byId = [];
    private readonly List<LinkProgress> _inOrder = [];

    public int Count => _inOrder.Count;

    public void AddRange(IEnumerable<LinkProgress> links)
    {
        foreach (var link in links)
        {
            _byId.Add(link.Id, link);
            _inOrder.Add(link);
        }

        _inOrder.Sort(ByAccount);
    }

    public void Add(LinkProgress link)
    {
        _byId.Add(link.Id, link);
        _inOrder.Insert(~_inOrder.BinarySearch(link, ByAccount), link);
    }

    public void Remove(Guid linkId)
    {
        if (_byId.Remove(linkId, out var link))
        {
            _inOrder.Remove(link);
        }
    }

    public bool Has(Guid linkId) => _byId.ContainsKey(linkId);

    public bool TryGet(Guid linkId, [NotNullWhen(true)] out LinkProgress? link) => _byId.TryGetValue(linkId, out link);

    /// <summary>Whether it is this one that stands for its link, which may have been removed and begun again.</summary>
    public bool Contains(LinkProgress link) => _byId.GetValueOrDefault(link.Id) == link;

    /// <summary>All links once, in the order for the leader's entry of that sequence.</summary>
    public IEnumerable<LinkProgress> From(long seq)
    {
        var start = Start(seq);
        for (var i = 0; i < _inOrder.Count; i++)
        {
            yield return _inOrder[(start + i) % _inOrder.Count];
        }
    }

    public IEnumerator<LinkProgress> GetEnumerator() => _inOrder.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // Multiples of the golden ratio's fraction fall evenly, however few or many of them there are and whatever lies between two sequences.
    private int Start(long seq) => (int)(((ulong)seq * 0x9E3779B97F4A7C15 >> 32) * (ulong)_inOrder.Count >> 32);
}
