using System.Text;
using ActorTrading.Mt5.Wire;

namespace ActorTrading.Mt5.Tests.Wire;

public sealed class AllocationTests
{
    [Fact]
    public void Reading_a_tick_allocates_nothing()
    {
        var reader = new StreamFrameReader(new SymbolTable(Encoding.Latin1), new ServerClock(TimeZoneInfo.Utc));
        var frame = """{"status":"CONNECTED","symbol":"EURUSD","timeframe":"TICK","data":[1581611172734,1.08515,1.08521]}"""u8;
        for (var i = 0; i < 100; i++)
            reader.Read(frame); // first calls build tables
        var before = GC.GetAllocatedBytesForCurrentThread();
        var bids = 0m;
        for (var i = 0; i < 10_000; i++)
            bids += reader.Read(frame).Quote.Bid;
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        bids.ShouldBe(10851.5m);
    }
}
