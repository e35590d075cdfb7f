using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine;

/// <summary>One run of a script. Not thread-safe.</summary>
public sealed partial class ScriptInstance
{
    internal ScriptInstance(CompiledScript script, RunOptions options) => (Script, Options) = (script, options);

    public CompiledScript Script { get; }
    public RunOptions Options { get; }
    /// <summary>Set once the run has failed; later bars are ignored.</summary>
    public RuntimeError? Error { get; private set; }
    public Strategy.BrokerEmulator? Broker { get; private set; }

    /// <summary>Executes every bar of <paramref name="bars"/> as confirmed history. Call once, first.</summary>
    public void RunHistory(BarSeries bars) => throw new NotSupportedException();

    /// <summary>
    /// Executes a live update. The first update of a bar (a new opening time) starts it; later ones roll back to its start and
    /// execute again; <paramref name="confirmed"/> is its close. A strategy without calc_on_every_tick executes only at the close.
    /// </summary>
    public void UpdateLive(in Bar bar, bool confirmed) => throw new NotSupportedException();

    public RunResult Result() => throw new NotSupportedException();
}
