using System.Text;

namespace ActorTrading.SystemTests.Telemetry;

/// <summary>As much of an exported span as the tests look at; ids in hexadecimal, no parent for the first.</summary>
/// <param name="Process">The <c>service.instance.id</c> of the process that it is from.</param>
public sealed record ReceivedSpan(string Trace, string Id, string Parent, string Name, string Process);

/// <summary>Reads the few fields of OTLP's messages that the tests look at (opentelemetry-proto 1: trace.proto, metrics.proto).</summary>
public static class OtlpMessages
{
    /// <summary>The spans of an ExportTraceServiceRequest: resource_spans = 1, resource = 1, scope_spans = 2, spans = 2.</summary>
    public static IEnumerable<ReceivedSpan> Spans(byte[] request) =>
        from resource in Nested(request, 1)
        let process = ProcessOf(resource)
        from span in Nested(resource, 2, 2)
        let fields = Fields(span).ToLookup(f => f.Number, f => f.Value)
        select new ReceivedSpan(Hex(fields[1]), Hex(fields[2]), Hex(fields[4]), Text(fields[5]), process);

    /// <summary>A resource's attributes = 1 are pairs of key = 1 and value = 2, of which a text is string_value = 1.</summary>
    private static string ProcessOf(byte[] resource) =>
        Nested(resource, 1, 1).Where(pair => Text(Nested(pair, 1)) == "service.instance.id").Select(pair => Text(Nested(pair, 2, 1))).SingleOrDefault("");

    /// <summary>Names of the metrics of an ExportMetricsServiceRequest: resource_metrics = 1, scope_metrics = 2, metrics = 2, name = 1.</summary>
    public static IEnumerable<string> MetricNames(byte[] request) =>
        Nested(request, 1, 2, 2).Select(metric => Text(Fields(metric).Where(f => f.Number == 1).Select(f => f.Value)));

    private static IEnumerable<byte[]> Nested(byte[] message, params int[] path) =>
        path.Aggregate((IEnumerable<byte[]>)[message], (messages, number) => messages.SelectMany(m => Fields(m).Where(f => f.Number == number).Select(f => f.Value)));

    /// <summary>A message's fields in order; numbers come without a value.</summary>
    private static List<(int Number, byte[] Value)> Fields(byte[] message)
    {
        var fields = new List<(int, byte[])>();
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            var length = (tag & 7) switch
            {
                0 => Skip(message, ref at),
                1 => 8,
                2 => (int)Varint(message, ref at),
                5 => 4,
                _ => throw new InvalidDataException($"Wire type {tag & 7} at {at}."),
            };
            fields.Add(((int)(tag >> 3), message[at..(at + length)]));
            at += length;
        }

        return fields;
    }

    private static int Skip(byte[] message, ref int at)
    {
        Varint(message, ref at);
        return 0;
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = message[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }

    private static string Hex(IEnumerable<byte[]> values) => Convert.ToHexStringLower(values.SingleOrDefault() ?? []);

    private static string Text(IEnumerable<byte[]> values) => Encoding.UTF8.GetString(values.SingleOrDefault() ?? []);
}
