using Spectre.Console;

namespace ActorTrading.Pine.Cli;

/// <summary>Results on one stream, everything else on the other; colours only where a person reads.</summary>
internal sealed class Terminal
{
    public Terminal(TextWriter output, TextWriter errors)
    {
        (Output, Errors) = (output, errors);
        Tables = Make(output, Console.IsOutputRedirected || !ReferenceEquals(output, Console.Out));
        Messages = Make(errors, Console.IsErrorRedirected || !ReferenceEquals(errors, Console.Error));
        ShowsProgress = ReferenceEquals(errors, Console.Error);
    }

    public TextWriter Output { get; }
    public TextWriter Errors { get; }
    public IAnsiConsole Tables { get; }
    public IAnsiConsole Messages { get; }
    public bool ShowsProgress { get; }

    public void Fail(string message) => Messages.MarkupLineInterpolated($"[red]error:[/] {message}");

    /// <summary>Runs an action; what is wrong with files and arguments becomes one line and an exit code.</summary>
    public int Guard(Func<int> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is Bars.BarFileException or FormatException or PineArgumentException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            Fail(e.Message);
            return ExitCodes.BadInput;
        }
        catch (OperationCanceledException)
        {
            Fail("cancelled");
            return ExitCodes.Cancelled;
        }
    }

    private static IAnsiConsole Make(TextWriter writer, bool plain)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = plain ? InteractionSupport.No : InteractionSupport.Detect,
        });
        // A redirected stream has no width; lines must not be broken for one.
        if (plain) console.Profile.Width = 4000;
        return console;
    }
}
