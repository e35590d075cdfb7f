namespace ActorTrading.Grains.Tests.Contracts;

/// <summary>What may change in a contract while the released version still runs on other silos.</summary>
internal static class ContractRules
{
    public static IEnumerable<string> Problems(IReadOnlyList<WireType> released, IReadOnlyList<WireType> current)
    {
        var now = current.ToDictionary(type => type.Name);
        foreach (var old in released)
        {
            if (!now.TryGetValue(old.Name, out var type))
            {
                yield return $"{old.Name} is gone or has another alias, and the released version still uses it. Keep it for one version more.";
                continue;
            }

            if (type.Version < old.Version)
            {
                yield return $"{old.Name}: [Version({type.Version})] is less than the released {old.Version}. Versions only grow.";
            }

            foreach (var (name, what) in old.Members)
            {
                if (!type.Members.TryGetValue(name, out var changed))
                {
                    yield return $"{old.Name}: {name} {what} is gone, and the released version still uses it. Keep it for one version more.";
                }
                else if (changed != what)
                {
                    yield return $"{old.Name}: {name} was {what} and is {changed}, which the released version cannot read. Leave it, and add another beside it.";
                }
            }

            foreach (var name in type.Members.Keys.Except(old.Members.Keys))
            {
                if (old.IsObserver)
                {
                    yield return $"{old.Name}: {name} is new, and observers of the released version do not have it. Release the method before anything calls it.";
                }
                else if (old.Version is { } version && type.Version == version)
                {
                    yield return $"{old.Name}: {name} is new, and silos of the released version do not have it. Raise [Version({version})] to {version + 1}.";
                }
            }
        }
    }
}
