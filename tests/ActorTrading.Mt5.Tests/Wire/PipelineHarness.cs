using System.Text;
using ActorTrading.Domain;
using ActorTrading.Mt5.Client;
using ActorTrading.Mt5.Wire;

namespace ActorTrading.Mt5.Tests.Wire;

internal static class PipelineHarness
{
    private static readonly Mt5TerminalOptions Options = new();
    private static readonly AnswerReader Reader = new(Encoding.Latin1, new ServerClock(TimeZoneInfo.Utc));

    public static RequestPipeline WithInFlight(AnswerShape shape)
    {
        var clock = new MonotonicClock(new ManualTime());
        var pipeline = new RequestPipeline(clock, Options, Reader, new GuardedEvents(new RecordedEvents()));
        PendingRequest request = shape switch
        {
            AnswerShape.Trade => new PendingTrade(TradeRequest.Market("a", "EURUSD", Side.Buy, 1), TimeSpan.FromSeconds(1), Reader),
            AnswerShape.Account => Ask(shape, Reader.Account),
            AnswerShape.Balance => Ask(shape, Reader.Balance),
            AnswerShape.Positions => Ask(shape, Reader.Positions),
            AnswerShape.Orders => Ask(shape, Reader.Orders),
            AnswerShape.Deals => Ask(shape, Reader.Deals),
            AnswerShape.History => Ask(shape, root => Reader.Ticks(root, "EURUSD")),
            _ => Ask(AnswerShape.Acknowledgement, _ => true),
        };
        pipeline.Started(request, sent: true);
        return pipeline;
    }

    private static PendingQuestion<T> Ask<T>(AnswerShape shape, Func<System.Text.Json.JsonElement, T> read) => new("test", [], shape, TimeSpan.FromSeconds(1), read);
}
