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
        catch (Exception e) when (e is not (InsufficientExecutionStackException or OutOfMemoryException))
        {
            // A defect of the compiler, not of the script; the caller still gets an answer.
            diagnostics.Error("PINE9000", new Pos(1, 1), $"The compiler failed on this script: {e.Message}");
            return new CompileResult(null, diagnostics.Sorted());
        }
        catch (InsufficientExecutionStackException)
        {
            diagnostics.Error("PINE4001", new Pos(1, 1), "The script is nested too deeply.");
            return new CompileResult(null, diagnostics.Sorted());
        }
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
        try
        {
            return ScriptBuilder.Build(program, ProgramEmitter.Emit(program), diagnostics.Sorted());
        }
        catch (TooMuchStateException e)
        {
            diagnostics.Error("PINE4003", new Pos(1, 1), e.Message);
            return null;
        }
    }
}
