using Microsoft.Extensions.Logging;

namespace Orleans.Embedded.Engine;

/// <summary>What the host has to say.</summary>
internal sealed partial class HostLog(ILogger logger)
{
    [LoggerMessage(1, LogLevel.Error, "One-way call {Call} failed")]
    internal partial void OneWayFailed(Call call, Exception exception);

    [LoggerMessage(2, LogLevel.Critical, "A turn of {Mailbox} failed outside of its call")]
    internal partial void TurnFailed(Mailbox mailbox, Exception exception);

    [LoggerMessage(3, LogLevel.Error, "Activating {Activation} failed")]
    internal partial void ActivationFailed(Activation activation, Exception exception);

    [LoggerMessage(4, LogLevel.Error, "Deactivating {Activation} failed")]
    internal partial void DeactivationFailed(Activation activation, Exception exception);

    [LoggerMessage(5, LogLevel.Error, "A timer of {Activation} failed")]
    internal partial void TimerFailed(Activation activation, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "{Call} did not answer within {Timeout}")]
    internal partial void TimedOut(Call call, TimeSpan timeout);

    [LoggerMessage(7, LogLevel.Error, "Reminder {Name} of {Grain} failed")]
    internal partial void ReminderFailed(string name, Orleans.Runtime.GrainId grain, Exception exception);

    [LoggerMessage(8, LogLevel.Error, "Stopping failed")]
    internal partial void StopFailed(Exception exception);

    [LoggerMessage(9, LogLevel.Information, "The grain host is active with {Classes} grain classes")]
    internal partial void Started(int classes);

    [LoggerMessage(10, LogLevel.Warning, "A stream item could not be delivered to {Subscriber}")]
    internal partial void DeliveryFailed(string subscriber, Exception exception);

    [LoggerMessage(11, LogLevel.Error, "A callback of a cancellation token failed in {Mailbox}")]
    internal partial void CallbackFailed(Mailbox mailbox, Exception exception);
}
