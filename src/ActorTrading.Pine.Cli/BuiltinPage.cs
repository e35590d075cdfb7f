using System.Text;
using ActorTrading.Pine.Builtins;

namespace ActorTrading.Pine.Cli;

/// <summary>The table of built-ins in docs/pine.md, made from the code.</summary>
public static class BuiltinPage
{
    public const string Begin = "<!-- built-ins: begin, made by ./pine builtins -->";
    public const string End = "<!-- built-ins: end -->";

    /// <summary>One line per built-in, grouped by namespace; "yes" or "no" says whether it is here.</summary>
    public static string Table()
    {
        var text = new StringBuilder();
        var all = BuiltinTable.All.ToList();
        text.Append($"{all.Count(b => b.IsSupported)} of {all.Count} built-ins are here; using one that is not is a diagnostic.\n");
        foreach (var group in all.GroupBy(b => b.Name.Contains('.') ? b.Name[..b.Name.IndexOf('.')] : "").OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            text.Append($"\n### {(group.Key.Length == 0 ? "Without namespace" : group.Key)}\n\n| built-in | here |\n|---|---|\n");
            foreach (var builtin in group) text.Append($"| `{builtin.Signature.Replace("|", "\\|", StringComparison.Ordinal)}` | {(builtin.IsSupported ? "yes" : "no")} |\n");
        }
        return text.ToString();
    }

    /// <summary>The page with its table replaced; unchanged text around it.</summary>
    /// <exception cref="FormatException">The page has no marks to put the table between.</exception>
    public static string Replace(string page)
    {
        int begin = page.IndexOf(Begin, StringComparison.Ordinal), end = page.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin) throw new FormatException($"The page lacks '{Begin}' or '{End}'.");
        return page[..(begin + Begin.Length)] + "\n\n" + Table() + "\n" + page[end..];
    }
}
