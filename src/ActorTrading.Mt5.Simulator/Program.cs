using ActorTrading.Mt5.Simulator;
using ActorTrading.Mt5.ZeroMq;

try
{
    var arguments = SimulatorArguments.Parse(args);
    if (arguments.Help)
    {
        Console.WriteLine(Help.Text);
        return 0;
    }
    return await SimulatorRun.Go(arguments, TimeProvider.System, Console.Out);
}
catch (Exception e) when (e is ArgumentException or ZmqException or ZmqLibraryMissingException or InvalidDataException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}
