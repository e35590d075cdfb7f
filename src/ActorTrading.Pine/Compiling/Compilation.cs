namespace ActorTrading.Pine.Compiling;

internal static class Compilation
{
    public static CompileResult Compile(string source, CompileOptions options) => throw new NotSupportedException();
}
