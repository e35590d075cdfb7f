using Orleans.Embedded.Engine;
using Orleans.Runtime;

namespace Orleans.Embedded.Simulation;

/// <summary>A call on its way, as a fault may look at it.</summary>
/// <param name="Source">The grain that calls; null for code outside of grains.</param>
/// <param name="Target">The grain or observer that is called.</param>
/// <param name="Method">The interface's and the method's name, for example "ICounterGrain.Add".</param>
public sealed record SimulatedCall(GrainId? Source, GrainId Target, string Method);

/// <summary>What becomes of a call.</summary>
public abstract record CallFault
{
    /// <summary>It arrives.</summary>
    public static readonly CallFault None = new Arrive();

    /// <summary>It never arrives; the caller gets a <see cref="TimeoutException"/>.</summary>
    public static readonly CallFault Lost = new LoseRequest();

    /// <summary>It arrives and is carried out, but the caller gets a <see cref="TimeoutException"/>.</summary>
    public static readonly CallFault ReplyLost = new LoseReply();

    private CallFault() { }

    /// <summary>It arrives later, perhaps after calls that were made after it.</summary>
    public static CallFault Late(TimeSpan by) => new Delay(by);

    /// <summary>It never arrives; the caller gets this exception.</summary>
    public static CallFault Failing(Exception exception) => new Fail(exception);

    internal sealed record Arrive : CallFault;

    internal sealed record LoseRequest : CallFault;

    internal sealed record LoseReply : CallFault;

    internal sealed record Delay(TimeSpan By) : CallFault;

    internal sealed record Fail(Exception Exception) : CallFault;
}

/// <summary>What goes wrong in a simulation. Every choice comes from the seed.</summary>
public sealed class SimulatedFaults
{
    private readonly Random _random;
    private readonly SimulatedTimeProvider _clock;
    private Limbo? _limbo;

    internal SimulatedFaults(Random random, SimulatedTimeProvider clock) => (_random, _clock) = (random, clock);

    /// <summary>Decides what becomes of each call; null: all arrive.</summary>
    public Func<SimulatedCall, CallFault>? OnCall { get; set; }

    /// <summary>The chance, from 0 to 1, that before a step some activation dies as in a crash.</summary>
    public double KillChance { get; set; }

    /// <summary>Nothing goes wrong any more.</summary>
    public void None()
    {
        OnCall = null;
        KillChance = 0;
    }

    /// <summary>True with the given chance, from 0 to 1.</summary>
    public bool Happens(double chance) => chance > 0 && _random.NextDouble() < chance;

    internal bool ShouldKill() => Happens(KillChance);

    internal T Choose<T>(T[] from) => from[_random.Next(from.Length)];

    internal bool Intercept(GrainHost host, GrainId target, Call call)
    {
        if (OnCall is not { } decide)
            return false;
        var source = (call.Source as Activation)?.GrainId;
        switch (decide(new SimulatedCall(source, target, call.Method.ToString())))
        {
            case CallFault.LoseRequest:
                (_limbo ??= new Limbo(host)).Take(call);
                return true;
            case CallFault.LoseReply:
                host.DeliverNow(target, call.Detached());
                (_limbo ??= new Limbo(host)).Take(call);
                return true;
            case CallFault.Delay delay:
                _clock.CreateTimer(_ => host.DeliverNow(target, call), null, delay.By, Timeout.InfiniteTimeSpan);
                return true;
            case CallFault.Fail fail:
                call.TryFail(fail.Exception);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Where calls wait that nobody will answer, until they time out.</summary>
    private sealed class Limbo : Mailbox
    {
        internal Limbo(GrainHost host) : base(host) => host.Limbo = this;

        internal override object? Instance => null;

        internal void Take(Call call)
        {
            if (!call.IsOneWay)
                TryEnqueue(call);
        }

        public override string ToString() => "lost calls";
    }
}
