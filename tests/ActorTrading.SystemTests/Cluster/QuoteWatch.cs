using System.Buffers;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;

namespace ActorTrading.SystemTests;

/// <summary>A client that watches symbols through everything, and knows when each of them has been quoted anew.</summary>
internal sealed class QuoteWatch : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _newest = [];
    private readonly HashSet<string> _awaited = [];
    private TaskCompletionSource _all = new();
    private DateTimeOffset _after;
    private Task _reading = Task.CompletedTask;

    public static async Task<QuoteWatch> OpenAsync(int port, string token, IReadOnlyCollection<string> symbols)
    {
        var watch = new QuoteWatch();
        await watch._socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/ws/v1?access_token={token}"), CancellationToken.None);
        var all = watch.NewerThan(DateTimeOffset.MinValue, symbols);
        watch._reading = watch.ReadAsync();
        await watch._socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(new { action = "subscribe_symbols", symbols, maxPerSecond = 0 }), WebSocketMessageType.Text, true, CancellationToken.None);
        await Patience.WithinAsync(all, watch.Seen);
        return watch;
    }

    /// <summary>Until every symbol has had a quote made after that time.</summary>
    public Task NewerThan(DateTimeOffset time, IEnumerable<string> symbols)
    {
        lock (_gate)
        {
            _after = time;
            _awaited.Clear();
            _awaited.UnionWith(symbols);
            _all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _all.Task;
        }
    }

    public string Seen()
    {
        lock (_gate)
        {
            return $"{_reading.Status}; waiting for {string.Join(", ", _awaited)}; newest {string.Join(", ", _newest.Select(n => $"{n.Key} {n.Value:HH:mm:ss.fff}"))}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)_reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new ArrayBufferWriter<byte>();
        while (!_stop.IsCancellationRequested)
        {
            var read = await _socket.ReceiveAsync(buffer.GetMemory(4096), _stop.Token);
            buffer.Advance(read.Count);
            if (read.EndOfMessage)
            {
                using var message = JsonDocument.Parse(buffer.WrittenMemory);
                Take(message.RootElement);
                buffer.ResetWrittenCount();
            }
        }
    }

    private void Take(JsonElement message)
    {
        if (message.GetProperty("event").GetString() != "market_data")
        {
            return;
        }

        var symbol = message.GetProperty("symbol").GetString()!;
        var time = DateTimeOffset.Parse(message.GetProperty("time").GetString()!, CultureInfo.InvariantCulture);
        lock (_gate)
        {
            _newest[symbol] = time;
            if (time > _after && _awaited.Remove(symbol) && _awaited.Count == 0)
            {
                _all.TrySetResult();
            }
        }
    }
}
