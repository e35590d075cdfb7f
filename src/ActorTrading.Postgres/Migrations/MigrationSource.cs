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
public sealed record MigrationScript(string Source, string Name, string Sql, string Hash)
{
    public static MigrationScript Of(string source, string name, string sql)
    {
        var text = sql.ReplaceLineEndings("\n");
        return new MigrationScript(source, name, text, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
    }
}
