using Spectre.Console;

namespace ActorTrading.Pine.Cli;

/// <summary>A script from disk, its libraries, and its diagnostics shown with the line they point at.</summary>
internal sealed class ScriptFile
{
    private readonly string[] _lines;
    private readonly Terminal _terminal;

    /// <param name="libraries">"user/Name/version=file" each.</param>
    public ScriptFile(string path, IEnumerable<string> libraries, Terminal terminal)
    {
        if (!File.Exists(path)) throw new FormatException($"There is no file '{path}'.");
        (Path, Source, _terminal) = (path, File.ReadAllText(path), terminal);
        _lines = Source.Split('\n');
        var sources = new Dictionary<string, string>();
        foreach (var library in libraries)
        {
            int equals = library.IndexOf('=');
            if (equals <= 0 || !File.Exists(library[(equals + 1)..])) throw new FormatException($"--library '{library}': write user/Name/version=file, with a file that exists.");
            sources[library[..equals]] = File.ReadAllText(library[(equals + 1)..]);
        }
        Result = PineCompiler.Compile(Source, new CompileOptions { Libraries = sources });
    }

    public string Path { get; }
    public string Source { get; }
    public CompileResult Result { get; }

    /// <summary>Prints the diagnostics and returns the script, or null when it does not compile.</summary>
    public CompiledScript? Report(bool warnings = true)
    {
        foreach (var diagnostic in Result.Diagnostics)
            if (warnings || diagnostic.Severity == DiagnosticSeverity.Error) Print(diagnostic);
        return Result.Script;
    }

    private void Print(Diagnostic diagnostic)
    {
        bool error = diagnostic.Severity == DiagnosticSeverity.Error;
        Print(diagnostic.Library is null ? System.IO.Path.GetFileName(Path) : diagnostic.Library, diagnostic.Library is null, diagnostic.Line, diagnostic.Column,
            error ? "red" : "yellow", (error ? "error " : "warning ") + diagnostic.Code, diagnostic.Message);
    }

    public void Print(RuntimeError error) => Print(System.IO.Path.GetFileName(Path), true, error.Line, error.Column, "red", "runtime error", $"{error.Message} (bar {error.BarIndex})");

    private void Print(string file, bool excerpt, int line, int column, string colour, string kind, string message)
    {
        var console = _terminal.Messages;
        console.MarkupLineInterpolated($"[bold]{file}:{line}:{column}:[/] [{colour}]{kind}:[/] {message}");
        if (!excerpt || line < 1 || line > _lines.Length) return;
        var text = _lines[line - 1].TrimEnd('\r');
        var number = line.ToString(System.Globalization.CultureInfo.InvariantCulture);
        // Tabs stay tabs before the caret, so that it stands under its character.
        var lead = new string([.. text.Take(Math.Max(0, column - 1)).Select(c => c == '\t' ? '\t' : ' ')]);
        console.MarkupLineInterpolated($"  [grey]{number} |[/] {text}");
        console.MarkupLineInterpolated($"  [grey]{new string(' ', number.Length)} |[/] {lead}[{colour}]^[/]");
    }
}
