using System.Runtime.CompilerServices;

namespace ActorTrading.Pine.Ta;

/// <summary>Checks the lengths that scripts pass.</summary>
internal static class Length
{
    /// <summary>Longest window that a script may ask for, as on TradingView.</summary>
    public const int Max = 5000 * 20;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(int length, string function)
    {
        if ((uint)(length - 1) >= Max) Throw(length, function);
    }

    private static void Throw(int length, string function) =>
        throw new PineArgumentException($"Invalid value of the 'length' argument ({length}) in the '{function}' function. It must be between 1 and {Max}.");
}
