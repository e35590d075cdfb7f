using System.Text;
using System.Text.Json;
using ActorTrading.Domain;

namespace ActorTrading.Mt5.Simulation;

/// <summary>One line of a simulated broker's journal: a request with all that it did, or what the market did by itself.</summary>
public sealed record JournalLine(AuditRecord? Audit, IReadOnlyList<LedgerEntry> Entries);

/// <summary>
/// A simulated account's memory: a file of lines, each written whole and handed to the system before the request is answered.
/// A last line that a crash cut short is dropped on opening: its request was never answered.
/// </summary>
public sealed class BrokerJournal : IDisposable
{
    private readonly FileStream _file;

    private BrokerJournal(FileStream file) => _file = file;

    /// <exception cref="InvalidDataException">A line other than the last cannot be read.</exception>
    /// <exception cref="IOException">The file is in use by another simulator, or the disk refuses it.</exception>
    public static (BrokerJournal Journal, IReadOnlyList<JournalLine> Lines) Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 1);
        try
        {
            var (lines, end) = ReadAll(file, path);
            file.SetLength(end);
            file.Position = end;
            return (new BrokerJournal(file), lines);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The lines of a journal, also while a simulator writes it.</summary>
    public static IReadOnlyList<JournalLine> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return ReadAll(file, path).Lines;
    }

    /// <exception cref="IOException">The disk is full or gone; nothing of the line counts.</exception>
    public void Append(JournalLine line)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(line, DomainJson.Options);
        Array.Resize(ref bytes, bytes.Length + 1);
        bytes[^1] = (byte)'\n';
        var start = _file.Position;
        try
        {
            _file.Write(bytes); // no buffer: it is the system's when this returns, and outlives the process
        }
        catch (IOException)
        {
            _file.SetLength(start);
            _file.Position = start;
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    private static (List<JournalLine> Lines, long End) ReadAll(FileStream file, string path)
    {
        var lines = new List<JournalLine>();
        using var reader = new StreamReader(file, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        long end = 0;
        while (reader.ReadLine() is { } text)
        {
            var length = Encoding.UTF8.GetByteCount(text) + 1;
            JournalLine? line = null;
            try
            {
                line = JsonSerializer.Deserialize<JournalLine>(text, DomainJson.Options);
            }
            catch (JsonException) when (reader.EndOfStream)
            {
                break;
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"{path}, line {lines.Count + 1}: {e.Message}", e);
            }
            if (end + length > file.Length)
                break; // whole by chance, but its end was never written
            end += length;
            lines.Add(line ?? throw new InvalidDataException($"{path}, line {lines.Count + 1} is null."));
        }
        return (lines, end);
    }
}
