using System.Buffers;
using System.Reflection;
using System.Text;
using ActorTrading.Domain;
using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Postgres.Tests.Ledger;

/// <summary>Events in which every property, also one that is added some day, has any value or none.</summary>
public sealed class LedgerJsonWriterTests
{
    [Theory]
    [InlineData(typeof(OrderSubmitted))]
    [InlineData(typeof(DealExecuted))]
    [InlineData(typeof(CopyDecided))]
    public void It_writes_what_the_serializer_writes(Type kind) => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        var random = new Random(seed);
        var happened = Enumerable.Range(0, random.Next(1, 20)).Select(_ => (LedgerEvent)Any(kind, random)!).ToList();
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new LedgerJsonWriter(bytes);
        foreach (var one in happened)
        {
            bytes.ResetWrittenCount();
            writer.Write(one);
            Encoding.UTF8.GetString(bytes.WrittenSpan).ShouldBe(Encoding.UTF8.GetString(LedgerJson.Body(one)));
        }
    }));

    [Fact]
    public void Other_kinds_are_left_to_the_serializer()
    {
        LedgerJsonWriter.Knows(new OrderExpired(Guid.NewGuid())).ShouldBeFalse();
        Should.Throw<ArgumentException>(() => new LedgerJsonWriter(new ArrayBufferWriter<byte>()).Write(new OrderExpired(Guid.NewGuid())));
    }

    private static object? Any(Type type, Random random)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return random.Next(2) == 0 ? null : Any(inner, random);
        if (type.IsEnum) return random.Next(10) == 0 ? Enum.ToObject(type, random.Next(200, 300)) : random.GetItems(Enum.GetValues(type).Cast<object>().ToArray(), 1)[0];
        if (type == typeof(Guid)) return Guid.NewGuid();
        if (type == typeof(decimal)) return random.Next(5) switch { 0 => 0m, 1 => 0.10m, 2 => -1234567.891011m, 3 => 1e-20m, _ => decimal.MaxValue };
        if (type == typeof(int)) return random.Next(-5, 100_000);
        if (type == typeof(long)) return random.NextInt64();
        if (type == typeof(bool)) return random.Next(2) == 0;
        if (type == typeof(string)) return random.GetItems(["", "EURUSD", "ä\"<&+\\\u0001\u2028", "😀", "\ud800", new string('x', 9_000)], 1)[0];
        if (type == typeof(DateTimeOffset)) return new DateTimeOffset(random.NextInt64(0, 3_000_000_000_000_000_000) / 7, TimeSpan.FromHours(random.Next(3)));
        if (type == typeof(IReadOnlyList<Guid>)) return Enumerable.Range(0, random.Next(4)).Select(_ => Guid.NewGuid()).ToList();
        if (!type.IsClass || type.Namespace != typeof(Order).Namespace) throw new NotSupportedException($"Say here what any {type} is.");

        var made = System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type);
        var nullability = new NullabilityInfoContext();
        foreach (var property in type.GetProperties().Where(property => property.SetMethod is not null))
        {
            var none = nullability.Create(property).WriteState == NullabilityState.Nullable && random.Next(2) == 0;
            property.SetValue(made, none ? null : Any(property.PropertyType, random));
        }
        return made;
    }
}
