using System.Buffers;
using System.Text;
using ActorTrading.Domain;

namespace ActorTrading.Postgres;

/// <summary>
/// The stored form of what an append writes at one moment: a line for each entry, with its kind, a blank and its body as <see cref="LedgerJson"/> has it.
/// </summary>
internal static class LedgerLines
{
    /// <summary>Entries of one row, of longer appends there are several: who reads one entry reads the row.</summary>
    public const int Max = 100;

    private const byte Blank = (byte)' ', End = (byte)'\n';

    /// <summary>Begins a line, after which its body is to be written.</summary>
    public static void Begin(ArrayBufferWriter<byte> bytes, bool isFirst, string kind)
    {
        if (!isFirst) bytes.Write([End]);
        Encoding.UTF8.GetBytes(kind, bytes);
        bytes.Write([Blank]);
    }

    /// <summary>Reads a row's entries, those after a sequence.</summary>
    /// <param name="seq">Of the first line.</param>
    /// <exception cref="InvalidDataException">A line is none, its kind is unknown, or its body is not one.</exception>
    public static void Read(Guid accountId, long seq, DateTimeOffset at, ReadOnlySpan<byte> lines, long afterSeq, List<LedgerEntry> into)
    {
        foreach (var range in lines.Split(End))
        {
            if (seq > afterSeq) into.Add(new LedgerEntry(accountId, seq, at, EventOf(accountId, seq, lines[range])));
            seq++;
        }
    }

    private static LedgerEvent EventOf(Guid accountId, long seq, ReadOnlySpan<byte> line)
    {
        var blank = line.IndexOf(Blank);
        return blank > 0
            ? LedgerJson.Read(Encoding.UTF8.GetString(line[..blank]), line[(blank + 1)..])
            : throw new InvalidDataException($"Account {accountId}: ledger entry {seq} has no kind.");
    }
}
