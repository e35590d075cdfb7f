using Orleans.Embedded.Engine;
using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>A reminder: a durable timer that wakes a grain even when it has no activation.</summary>
    public interface IGrainReminder
    {
        string ReminderName { get; }
    }

    /// <summary>Which tick of a reminder this is. Times are UTC.</summary>
    public readonly struct TickStatus(DateTime firstTickTime, TimeSpan period, DateTime timeStamp)
    {
        public DateTime FirstTickTime { get; } = firstTickTime;

        public TimeSpan Period { get; } = period;

        public DateTime CurrentTickTime { get; } = timeStamp;

        public override string ToString() => $"<{FirstTickTime:O}, {Period}, {CurrentTickTime:O}>";
    }

    /// <summary>A reminder could not be set or removed.</summary>
    public sealed class ReminderException(string message) : OrleansException(message);
}

namespace Orleans
{
    /// <summary>A grain that receives reminders.</summary>
    public interface IRemindable : IGrain
    {
        Task ReceiveReminder(string reminderName, TickStatus status);
    }

    /// <summary>Setting and removing reminders from within a grain.</summary>
    public static class GrainReminderExtensions
    {
        /// <summary>Sets a reminder that is durable when this returns. The period is at least a minute unless configured otherwise.</summary>
        public static Task<IGrainReminder> RegisterOrUpdateReminder(this IGrainBase grain, string reminderName, TimeSpan dueTime, TimeSpan period) =>
            Activation.Of(grain).Host.Reminders.RegisterOrUpdate(Remindable(grain), reminderName, dueTime, period);

        public static Task<IGrainReminder> RegisterOrUpdateReminder(this Grain grain, string reminderName, TimeSpan dueTime, TimeSpan period) =>
            RegisterOrUpdateReminder((IGrainBase)grain, reminderName, dueTime, period);

        /// <summary>Removes a reminder. A tick that is under way is not taken back.</summary>
        public static Task UnregisterReminder(this IGrainBase grain, IGrainReminder reminder) =>
            Activation.Of(grain).Host.Reminders.Unregister(Activation.Of(grain).GrainId, reminder);

        public static Task UnregisterReminder(this Grain grain, IGrainReminder reminder) => UnregisterReminder((IGrainBase)grain, reminder);

        /// <summary>The reminder of that name, or null.</summary>
        public static Task<IGrainReminder?> GetReminder(this IGrainBase grain, string reminderName) =>
            Activation.Of(grain).Host.Reminders.Get(Activation.Of(grain).GrainId, reminderName);

        public static Task<IGrainReminder?> GetReminder(this Grain grain, string reminderName) => GetReminder((IGrainBase)grain, reminderName);

        /// <summary>All reminders of this grain.</summary>
        public static Task<List<IGrainReminder>> GetReminders(this IGrainBase grain) =>
            Activation.Of(grain).Host.Reminders.GetAll(Activation.Of(grain).GrainId);

        public static Task<List<IGrainReminder>> GetReminders(this Grain grain) => GetReminders((IGrainBase)grain);

        private static GrainId Remindable(IGrainBase grain) => grain is IRemindable
            ? Activation.Of(grain).GrainId
            : throw new InvalidOperationException($"{grain.GetType()} cannot have reminders: it does not implement {nameof(IRemindable)}.");
    }
}
