using ActorTrading.Pine.Checking;
using ActorTrading.Pine.Syntax;

namespace ActorTrading.Pine.Compiling;

/// <summary>The pipeline: parse, check, emit.</summary>
internal static class Compilation
{
    public static CompileResult Compile(string source, CompileOptions options)
    {
        var diagnostics = new DiagnosticBag();
        try
        {
            var script = Translate(source, options, diagnostics);
            return new CompileResult(diagnostics.HasErrors ? null : script, diagnostics.Sorted());
        }
        catch (CompilationAbortedException e)
        {
            return Failed(diagnostics, e.Reason is null ? null : ("PINE4003", e.Reason));
        }
        catch (Exception e) when (e is not (InsufficientExecutionStackException or OutOfMemoryException))
        {
            // A defect of the compiler, not of the script; the caller still gets an answer.
            return Failed(diagnostics, ("PINE9000", $"The compiler failed on this script: {e.Message}"));
        }
        catch (InsufficientExecutionStackException)
        {
            return Failed(diagnostics, ("PINE4001", "The script is nested too deeply."));
        }
    }

    private static CompileResult Failed(DiagnosticBag diagnostics, (string Code, string Message)? reason)
    {
        var found = diagnostics.Sorted();
        return new CompileResult(null, reason is var (code, message) ? [.. found, new Diagnostic(code, DiagnosticSeverity.Error, 1, 1, message)] : found);
    }

    private static CompiledScript? Translate(string source, CompileOptions options, DiagnosticBag diagnostics)
    {
        if (source.Length > options.MaxSourceLength)
        {
            diagnostics.Error("PINE4007", new Pos(1, 1), $"The script has {source.Length} characters: at most {options.MaxSourceLength} are allowed.");
            return null;
        }
        var tree = Parser.Parse(source, diagnostics);
        if (tree.Version is not (5 or 6))
        {
            diagnostics.Error("PINE1001", tree.VersionPos, tree.Version == 0
                ? "The script has no version annotation: begin it with '//@version=6' (or 5)."
                : $"Pine Script version {tree.Version} is not supported: use '//@version=5' or '//@version=6'.");
            return null;
        }
        var program = Checker.Check(tree, diagnostics, options);
        if (diagnostics.HasErrors) return null;
        return ScriptBuilder.Build(program, ProgramEmitter.Emit(program), diagnostics.Sorted());
    }
}
