using Npgsql;
using NpgsqlTypes;

namespace ActorTrading.Postgres.Ledger.Writing;

/// <summary>
/// Rows on their way into one statement, column by column: PostgreSQL takes one array per column and unnests them side by side, which costs one
/// statement for any number of rows. A column without a value in any row is sent as an empty array, which unnests to nulls for nothing.
/// </summary>
internal sealed class RowSet
{
    private readonly List<Column> columns = [];

    public int Rows { get; private set; }

    public Column<T> Add<T>(string name, string type, NpgsqlDbType element, string? cast = null)
    {
        var column = new Column<T>(name, type, element, cast);
        columns.Add(column);
        return column;
    }

    public Column<Guid> Id(string name) => Add<Guid>(name, "uuid", NpgsqlDbType.Uuid);
    public Column<Guid?> IdOrNull(string name) => Add<Guid?>(name, "uuid", NpgsqlDbType.Uuid);
    public Column<string?> Text(string name) => Add<string?>(name, "text", NpgsqlDbType.Text);
    public Column<long> Long(string name) => Add<long>(name, "int8", NpgsqlDbType.Bigint);
    public Column<long?> LongOrNull(string name) => Add<long?>(name, "int8", NpgsqlDbType.Bigint);
    public Column<int?> IntOrNull(string name) => Add<int?>(name, "int4", NpgsqlDbType.Integer);
    public Column<bool> Flag(string name) => Add<bool>(name, "bool", NpgsqlDbType.Boolean);
    public Column<decimal> Number(string name) => Add<decimal>(name, "numeric", NpgsqlDbType.Numeric);
    public Column<decimal?> NumberOrNull(string name) => Add<decimal?>(name, "numeric", NpgsqlDbType.Numeric);
    public Column<DateTime> Time(string name) => Add<DateTime>(name, "timestamptz", NpgsqlDbType.TimestampTz);
    public Column<DateTime?> TimeOrNull(string name) => Add<DateTime?>(name, "timestamptz", NpgsqlDbType.TimestampTz);

    /// <summary>To be called once per row, after its columns have been added to.</summary>
    public void EndRow() => Rows++;

    public void Clear()
    {
        Rows = 0;
        foreach (var column in columns) column.Clear();
    }

    /// <summary><c>(SELECT unnest($1::uuid[]) AS id, …) AS u</c></summary>
    public string Unnest() => $"(SELECT {Values(column => $" AS {column.Name}")}) AS u";

    /// <summary>
    /// <c>table.key = row.key</c> for the first column of an index, in a form that only a look-up by that index can answer. With a plain equality
    /// the planner may also walk the whole index and compare each of its rows with all of these, and does where the table was found nearly empty:
    /// <c>positions</c> between a close and the next open. It keeps such a plan while the table grows.
    /// </summary>
    public static string ByKey(string ofTable, string ofRow) => $"{ofTable} = ANY (ARRAY[{ofRow}])";

    public string Names() => string.Join(", ", columns.Select(column => column.Name));

    /// <summary><c>INSERT INTO table (…) SELECT unnest(…), …</c></summary>
    public string Insert(string table) => $"INSERT INTO {table} ({Names()}) SELECT {Values(column => column.Cast)}";

    // In the list of what is selected, not as a table of many columns: PostgreSQL would write that to a store of its own for each column first,
    // which takes two and a half times as long for an order's.
    private string Values(Func<Column, string> suffix) => string.Join(", ", columns.Select((column, i) => $"unnest(${i + 1}::{column.Type}[]){suffix(column)}"));

    /// <summary><c>ON CONFLICT (key) DO UPDATE SET …</c> for every column that is neither in the key nor <paramref name="kept"/>.</summary>
    public string OrUpdate(string key, params string[] kept)
    {
        var same = key.Split(", ").Concat(kept).ToHashSet();
        return $" ON CONFLICT ({key}) DO UPDATE SET " +
            string.Join(", ", columns.Where(column => !same.Contains(column.Name)).Select(column => $"{column.Name} = excluded.{column.Name}"));
    }

    public NpgsqlBatchCommand Command(string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var column in columns) command.Parameters.Add(column.Parameter());
        return command;
    }
}

internal abstract class Column(string name, string type, string? cast)
{
    public string Name { get; } = name;
    public string Type { get; } = type;
    public string Cast { get; } = cast ?? "";

    public abstract void Clear();
    public abstract NpgsqlParameter Parameter();
}

internal sealed class Column<T>(string name, string type, NpgsqlDbType element, string? cast) : Column(name, type, cast)
{
    private static readonly List<T> Empty = [];
    private readonly List<T> values = [];
    private bool any;

    public void Add(T value)
    {
        values.Add(value);
        any |= value is not null;
    }

    public override void Clear()
    {
        values.Clear();
        any = false;
    }

    public override NpgsqlParameter Parameter() =>
        new NpgsqlParameter<List<T>> { NpgsqlDbType = NpgsqlDbType.Array | element, TypedValue = any ? values : Empty };
}
