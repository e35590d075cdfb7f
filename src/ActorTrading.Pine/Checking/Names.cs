namespace ActorTrading.Pine.Checking;

/// <summary>Finds the known name that a mistyped one probably meant.</summary>
internal static class Names
{
    private const int MaxLength = 60;

    public static string Suggest(string name, IEnumerable<string> known)
    {
        if (name.Length > MaxLength) return "";
        string? best = null;
        int bestDistance = Math.Max(1, name.Length / 3) + 1;
        foreach (var candidate in known)
        {
            if (Math.Abs(candidate.Length - name.Length) >= bestDistance || candidate == name) continue;
            int distance = Distance(name, candidate, bestDistance);
            if (distance < bestDistance) (best, bestDistance) = (candidate, distance);
        }
        return best is null ? "" : $" Did you mean '{best}'?";
    }

    /// <summary>Edits (insert, delete, replace, swap neighbours) from one to the other, case aside; anything from <paramref name="limit"/> on is alike.</summary>
    private static int Distance(string a, string b, int limit)
    {
        Span<int> previous = stackalloc int[b.Length + 1], row = stackalloc int[b.Length + 1], older = stackalloc int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) previous[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            int smallest = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], previous[j]) + 1, previous[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = Math.Min(row[j], older[j - 2] + 1);
                smallest = Math.Min(smallest, row[j]);
            }
            if (smallest >= limit) return limit;
            previous.CopyTo(older);
            row.CopyTo(previous);
        }
        return previous[b.Length];
    }
}
