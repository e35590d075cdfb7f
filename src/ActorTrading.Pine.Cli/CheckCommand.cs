using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace ActorTrading.Pine.Cli;

internal static class CheckCommand
{
    public static Command Create(Terminal terminal)
    {
        var script = new Argument<string>("script") { Description = "The Pine file" };
        var libraries = new Option<string[]>("--library") { Description = "user/Name/version=file of an imported library; may be repeated" };
        var json = new Option<bool>("--json") { Description = "Diagnostics as JSON" };
        var command = new Command("check", "Compile a script and list its problems") { script, libraries, json };
        command.SetAction(parsed => terminal.Guard(() =>
        {
            var file = new ScriptFile(parsed.GetRequiredValue(script), parsed.GetValue(libraries) ?? [], terminal);
            if (parsed.GetValue(json))
            {
                WriteJson(terminal, file.Result);
                return file.Result.Ok ? ExitCodes.Ok : ExitCodes.ScriptFailed;
            }
            file.Report();
            int errors = file.Result.Diagnostics.Count(d => d.Severity == DiagnosticSeverity.Error), warnings = file.Result.Diagnostics.Count - errors;
            if (file.Result.Script is not { } compiled)
            {
                terminal.Messages.MarkupLineInterpolated($"[red]{errors} {(errors == 1 ? "error" : "errors")}[/], {warnings} {(warnings == 1 ? "warning" : "warnings")}");
                return ExitCodes.ScriptFailed;
            }
            terminal.Tables.MarkupLineInterpolated($"[green]ok[/] {compiled.Kind.ToString().ToLowerInvariant()} \"{compiled.Title}\", Pine v{compiled.Version}, {compiled.Inputs.Count} inputs, {warnings} {(warnings == 1 ? "warning" : "warnings")}");
            return ExitCodes.Ok;
        }));
        return command;
    }

    private static void WriteJson(Terminal terminal, CompileResult result)
    {
        var diagnostics = result.Diagnostics.Select(d => new
        {
            code = d.Code,
            severity = d.Severity == DiagnosticSeverity.Error ? "error" : "warning",
            line = d.Line,
            column = d.Column,
            message = d.Message,
            library = d.Library,
        });
        terminal.Output.WriteLine(JsonSerializer.Serialize(new { ok = result.Ok, diagnostics }));
    }
}
