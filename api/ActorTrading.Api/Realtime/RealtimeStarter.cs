using ActorTrading.Api.Realtime.Quotes;
using ActorTrading.Api.Realtime.Sessions;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using Microsoft.Extensions.Hosting;

namespace ActorTrading.Api.Realtime;

/// <summary>Joins this process's quotes to its fan-out for as long as the process serves.</summary>
public sealed class RealtimeStarter(ProcessMarket market, QuoteFanout fanout, SessionRegistry sessions) : IHostedService
{
    private IDisposable? _listening;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        fanout.Start();
        sessions.Start();
        _listening = market.Listen(Take);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _listening?.Dispose();
        return Task.CompletedTask;
    }

    private void Take(QuoteBatch batch)
    {
        var symbol = fanout.Log.Symbol(batch.Symbol);
        var digits = market.FindInstrument(batch.Symbol)?.Digits ?? 5;
        fanout.PublishAll(symbol, batch.Quotes.AsSpan(), digits, batch.ReceivedUtcTicks);
    }
}
