using System.Text.Json;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using ActorTrading.Postgres.Migrations;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Embedded.Simulation;

namespace ActorTrading.Grains.Tests.Outbox;

/// <summary>Messages from PostgreSQL to a real receiver, on a clock of the test's.</summary>
[Collection(nameof(Server))]
public sealed class OutboxDispatcherTests(Server server)
{
    private readonly SimulatedTimeProvider _clock = new();

    [Fact]
    public async Task A_call_that_fails_is_repeated_with_its_id_until_it_is_taken_and_is_then_forgotten()
    {
        await using var database = await DatabaseAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = context =>
        {
            context.Response.StatusCode = receiver.Calls.Count < 3 ? 503 : 204;
            return Task.CompletedTask;
        };
        var outbox = new WatchedOutbox(new OutboxStore(database));
        await using var dispatcher = await StartAsync(outbox, database);
        await outbox.EnqueueAsync([Message(receiver)], _clock.GetUtcNow());
        foreach (var after in new[] { 1, 5, 10 })
        {
            await outbox.AdvanceUntilAsync(_clock, TimeSpan.FromSeconds(after), receiver);
        }

        receiver.Calls.Select(c => c.Headers[WebhookHandler.DeliveryHeader]).Distinct().ShouldHaveSingleItem();
        receiver.Calls.Count.ShouldBe(3);
        await outbox.Completed.WaitAsync(TimeSpan.FromSeconds(20));
        (await outbox.BacklogAsync(_clock.GetUtcNow() + TimeSpan.FromDays(1))).Waiting.ShouldBe(0);
        (await outbox.DeadAsync(10)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_sent_but_not_noted_is_sent_again_under_the_same_id_when_its_lease_is_over()
    {
        await using var database = await DatabaseAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var outbox = new WatchedOutbox(new OutboxStore(database)) { LosesNotes = 1 };
        await using var dispatcher = await StartAsync(outbox, database);
        await outbox.EnqueueAsync([Message(receiver)], _clock.GetUtcNow());
        await outbox.AdvanceUntilAsync(_clock, TimeSpan.FromSeconds(1), receiver);
        await outbox.AdvanceUntilAsync(_clock, TimeSpan.FromSeconds(60), receiver);
        receiver.Calls.Count.ShouldBe(2);
        receiver.Calls.Select(c => c.Headers[WebhookHandler.DeliveryHeader]).Distinct().ShouldHaveSingleItem();
        await outbox.Completed.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_message_whose_settings_cannot_be_read_just_then_is_tried_again_and_not_given_up()
    {
        await using var database = await DatabaseAsync();
        var outbox = new WatchedOutbox(new OutboxStore(database));
        var tries = 0;
        var handler = new Scripted(4, _ => ++tries == 1 ? throw new StoreUnavailableException("The connection broke.") : Task.FromResult(OutboxOutcome.Done));
        await using var dispatcher = await StartAsync(outbox, handler);
        await outbox.EnqueueAsync([Message(handler, "x")], _clock.GetUtcNow());
        await outbox.AdvanceAsync(_clock, TimeSpan.FromSeconds(1));
        await outbox.NotedAsync();
        await outbox.AdvanceAsync(_clock, TimeSpan.FromSeconds(5));
        await outbox.Completed.WaitAsync(TimeSpan.FromSeconds(20));
        tries.ShouldBe(2);
        (await outbox.DeadAsync(10)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Receivers_that_do_not_answer_hold_up_no_other_message_while_there_is_a_place()
    {
        await using var database = await DatabaseAsync();
        var outbox = new WatchedOutbox(new OutboxStore(database));
        var silence = new TaskCompletionSource<OutboxOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        var handler = new Scripted(4, m => m.Payload.Contains("silent") ? silence.Task : Task.FromResult(OutboxOutcome.Done));
        await using var dispatcher = await StartAsync(outbox, handler);
        await outbox.EnqueueAsync([.. Enumerable.Range(0, 3).Select(_ => Message(handler, "silent"))], _clock.GetUtcNow());
        await outbox.AdvanceAsync(_clock, TimeSpan.FromSeconds(1));
        await outbox.EnqueueAsync([.. Enumerable.Range(0, 6).Select(_ => Message(handler, "other"))], _clock.GetUtcNow());
        await outbox.AdvanceAsync(_clock, TimeSpan.FromSeconds(1));
        for (var i = 0; i < 6; i++)
        {
            await outbox.NotedAsync();
        }

        silence.SetResult(OutboxOutcome.Done);
    }

    [Fact]
    public async Task What_was_given_up_is_forgotten_after_a_month()
    {
        await using var database = await DatabaseAsync();
        var outbox = new WatchedOutbox(new OutboxStore(database));
        var handler = new Scripted(4, _ => Task.FromResult(OutboxOutcome.GiveUp("answered 404")));
        await using var dispatcher = await StartAsync(outbox, handler);
        var recent = Message(handler, "recent");
        await outbox.EnqueueAsync([Message(handler, "old")], _clock.GetUtcNow() - TimeSpan.FromDays(30));
        await outbox.EnqueueAsync([recent], _clock.GetUtcNow() - TimeSpan.FromDays(29));
        await outbox.AdvanceAsync(_clock, TimeSpan.FromSeconds(1));
        for (var i = 0; i < 2; i++)
        {
            await outbox.NotedAsync();
        }

        (await outbox.DeadAsync(10)).Count.ShouldBe(2);
        _clock.Advance(TimeSpan.FromHours(1));
        await outbox.Forgotten.WaitAsync(TimeSpan.FromSeconds(20));
        (await outbox.DeadAsync(10)).ShouldHaveSingleItem().Id.ShouldBe(recent.Id);
    }

    private async Task<PostgresDatabase> DatabaseAsync()
    {
        var options = new PostgresOptions { ConnectionString = await server.Postgres.CreateDatabaseAsync() };
        await Migrator.RunAsync(options);
        return new PostgresDatabase(options);
    }

    private async Task<Dispatching> StartAsync(IOutbox outbox, PostgresDatabase database)
    {
        return await StartAsync(outbox, new WebhookHandler(new WebhookClient(new WebhookSettings(AllowPrivate: true)), new WebhookSecrets(new byte[32]), new WebhookSecretStore(database), _clock));
    }

    private async Task<Dispatching> StartAsync(IOutbox outbox, IOutboxHandler handler)
    {
        var dispatcher = new OutboxDispatcher(outbox, [handler], new TradingMetrics(), _clock, NullLogger<OutboxDispatcher>.Instance);
        await dispatcher.StartAsync(CancellationToken.None);
        return new Dispatching(dispatcher);
    }

    private OutboxMessage Message(WebhookReceiver receiver) => new(Guid.NewGuid(), AlertDeliveries.Webhook,
        JsonSerializer.Serialize(new WebhookDelivery(Guid.NewGuid(), receiver.Url, "hello"), DomainJson.Options), _clock.GetUtcNow());

    private OutboxMessage Message(IOutboxHandler handler, string payload) => new(Guid.NewGuid(), handler.Kind, JsonSerializer.Serialize(payload), _clock.GetUtcNow());

    private sealed class Scripted(int atOnce, Func<LeasedMessage, Task<OutboxOutcome>> handle) : IOutboxHandler
    {
        public string Kind => "scripted";

        public int AtOnceMax => atOnce;

        public async Task<OutboxOutcome> HandleAsync(LeasedMessage message, CancellationToken cancellation) => await handle(message);
    }

    private sealed class Dispatching(OutboxDispatcher dispatcher) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await dispatcher.StopAsync(CancellationToken.None);
            dispatcher.Dispose();
        }
    }

    /// <summary>The real outbox; it may lose notes as a process does that dies between sending and noting.</summary>
    private sealed class WatchedOutbox(IOutbox inner) : IOutbox
    {
        private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _forgotten = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly SemaphoreSlim _settled = new(0);

        public Task Forgotten => _forgotten.Task;

        public int LosesNotes { get; set; }

        public Task Completed => _completed.Task;

        /// <summary>Moves the clock until a call has come and its outcome is noted.</summary>
        public async Task AdvanceUntilAsync(SimulatedTimeProvider clock, TimeSpan span, WebhookReceiver receiver)
        {
            await AdvanceAsync(clock, span);
            await receiver.ArrivedAsync();
            await NotedAsync();
        }

        public async Task NotedAsync() => (await _settled.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBeTrue("the outcome was not noted");

        /// <summary>Moves the clock second by second, each when the dispatcher has looked.</summary>
        public async Task AdvanceAsync(SimulatedTimeProvider clock, TimeSpan span)
        {
            var until = clock.GetUtcNow() + span;
            while (clock.GetUtcNow() < until)
            {
                var looks = _looks;
                clock.Advance(TimeSpan.FromSeconds(1));
                await LookedAsync(looks);
            }
        }

        private int _looks;
        private TaskCompletionSource _looked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private async Task LookedAsync(int after)
        {
            while (true)
            {
                var looked = Volatile.Read(ref _looked);
                if (Volatile.Read(ref _looks) > after)
                {
                    return;
                }

                await looked.Task.WaitAsync(TimeSpan.FromSeconds(20));
            }
        }

        public Task EnqueueAsync(IReadOnlyList<OutboxMessage> messages, DateTimeOffset now, CancellationToken cancellation = default) => inner.EnqueueAsync(messages, now, cancellation);

        public async Task<IReadOnlyList<LeasedMessage>> LeaseAsync(string kind, int limit, DateTimeOffset now, TimeSpan lease, CancellationToken cancellation = default)
        {
            var leased = await inner.LeaseAsync(kind, limit, now, lease, cancellation);
            Interlocked.Increment(ref _looks);
            Interlocked.Exchange(ref _looked, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
            return leased;
        }

        public async Task<bool> CompleteAsync(LeasedMessage message, CancellationToken cancellation = default)
        {
            if (LosesNotes-- > 0)
            {
                _settled.Release();
                throw new StoreUnavailableException("The process is gone.");
            }

            var done = await inner.CompleteAsync(message, cancellation);
            _completed.TrySetResult();
            _settled.Release();
            return done;
        }

        public async Task<bool> RetryAsync(LeasedMessage message, DateTimeOffset dueAt, string error, CancellationToken cancellation = default)
        {
            var done = await inner.RetryAsync(message, dueAt, error, cancellation);
            _settled.Release();
            return done;
        }

        public async Task<bool> GiveUpAsync(LeasedMessage message, string error, CancellationToken cancellation = default)
        {
            var done = await inner.GiveUpAsync(message, error, cancellation);
            _settled.Release();
            return done;
        }

        public async Task<int> ForgetDeadAsync(DateTimeOffset before, int limit, CancellationToken cancellation = default)
        {
            var forgotten = await inner.ForgetDeadAsync(before, limit, cancellation);
            _forgotten.TrySetResult();
            return forgotten;
        }

        public Task<IReadOnlyList<DeadMessage>> DeadAsync(int limit, CancellationToken cancellation = default) => inner.DeadAsync(limit, cancellation);

        public Task<OutboxBacklog> BacklogAsync(DateTimeOffset now, CancellationToken cancellation = default) => inner.BacklogAsync(now, cancellation);
    }
}
