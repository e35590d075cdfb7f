using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace ActorTrading.Postgres.Migrations;

/// <summary>SQL files embedded in an assembly: the resources whose name begins with <paramref name="Prefix"/>, in the order of their names.</summary>
/// <param name="Name">What the journal calls it, e.g. <c>core</c>; never changes.</param>
public sealed record MigrationSource(string Name, Assembly Assembly, string Prefix)
{
    /// <summary>This room's own tables.</summary>
    public static MigrationSource Core { get; } = new("core", typeof(MigrationSource).Assembly, "ActorTrading.Postgres.Migrations.Sql.");

    public IReadOnlyList<MigrationScript> Scripts() =>
    [
        .. Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => MigrationScript.Of(Name, name[Prefix.Length..^".sql".Length], Read(name))),
    ];

    private string Read(string resource)
    {
        using var stream = Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}

/// <param name="Hash">SHA-256 of the text with its line ends made <c>\n</c>, in hex.</param>
/// <param name="Beside">
/// From a first line <c>-- beside 0012_account_snapshots</c>: versions that know this source's migrations up to that one work on the migrated
/// database, so they may run beside this version and be gone back to. Null, without such a line: no older version may.
/// </param>
public sealed record MigrationScript(string Source, string Name, string Sql, string Hash, string? Beside)
{
    private const string BesideMark = "-- beside ";

    public static MigrationScript Of(string source, string name, string sql)
    {
        var text = sql.ReplaceLineEndings("\n");
        var first = text.Split('\n', 2)[0];
        var beside = first.StartsWith(BesideMark, StringComparison.Ordinal) ? first[BesideMark.Length..].Trim() : null;
        return new MigrationScript(source, name, text, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), beside);
    }
}
