namespace ActorTrading.Mt5.Tests;

internal static class TestLimits
{
    /// <summary>A wait this long means that the test has failed: no passing test comes near it.</summary>
    public static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    public static Task<T> OrHang<T>(this Task<T> task) => task.WaitAsync(Hang);

    public static Task OrHang(this Task task) => task.WaitAsync(Hang);
}
