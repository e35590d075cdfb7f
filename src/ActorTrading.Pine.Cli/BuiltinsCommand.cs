using System.CommandLine;

namespace ActorTrading.Pine.Cli;

internal static class BuiltinsCommand
{
    public static Command Create(Terminal terminal)
    {
        var write = new Option<string?>("--write") { Description = "Put the table into this page instead, between its marks" };
        var command = new Command("builtins", "List every built-in and whether it is here, as docs/pine.md shows it") { write };
        command.SetAction(parsed => terminal.Guard(() =>
        {
            if (parsed.GetValue(write) is { } path) File.WriteAllText(path, BuiltinPage.Replace(File.ReadAllText(path)));
            else terminal.Output.Write(BuiltinPage.Table());
            return ExitCodes.Ok;
        }));
        return command;
    }
}
