using ActorTrading.Pine.Builtins;
using ActorTrading.Pine.Syntax;

namespace ActorTrading.Pine.Checking;

/// <summary>One chart that code runs on: the script's own, or that of one request.* call, which repeats the part of the script its expression needs.</summary>
internal sealed class ChartContext(string name, ChartContext? parent) : Body(name)
{
    public ChartContext? Parent { get; } = parent;
    public Dictionary<string, FunctionInstance> Instances { get; } = [];
    /// <summary>Built-in variables whose past values are asked for.</summary>
    public Dictionary<BuiltinVariable, VariableSymbol> BuiltinHistories { get; } = [];
    public List<BoundStmt> Statements { get; } = [];
    /// <summary>What a request returns, null for the script.</summary>
    public BoundExpr[]? Results { get; set; }
    public List<RequestSite> Requests { get; } = [];
    public object? Storage { get; set; }
    public bool IsMain => Parent is null;
}

/// <summary>A request.* call: where its values come from and the code that computes them there.</summary>
internal sealed class RequestSite(int index, bool lower, ChartContext context)
{
    public int Index { get; } = index;
    /// <summary>request.security_lower_tf: an array of the lower bars' values per bar.</summary>
    public bool Lower { get; } = lower;
    public ChartContext Context { get; } = context;
}

internal sealed record PlotDefinition(string Title, PlotKind Kind, string Function)
{
    public int Index { get; init; }
    public bool CapturesColor { get; init; }
}

/// <summary>The declaration statement: indicator(), strategy() or library(), its arguments by name.</summary>
internal sealed record ScriptDeclaration(ScriptKind Kind, Dictionary<string, object?> Arguments)
{
    public T Get<T>(string name, T otherwise) => Arguments.TryGetValue(name, out var value) && value is T typed ? typed : otherwise;
}

/// <summary>A checked script, ready to be compiled.</summary>
internal sealed class CheckedProgram(int version)
{
    public int Version { get; } = version;
    public ScriptDeclaration? Declaration { get; set; }
    public ChartContext Main { get; } = new("Script", null);
    public List<ChartContext> Contexts { get; } = [];
    public List<InputDefinition> Inputs { get; } = [];
    public List<PlotDefinition> Plots { get; } = [];
    public List<ObjectType> ObjectTypes { get; } = [];
}

internal sealed class Scope(Scope? parent)
{
    private readonly Dictionary<string, VariableSymbol> _variables = [];

    public Scope? Parent { get; } = parent;

    public VariableSymbol? Local(string name) => _variables.GetValueOrDefault(name);

    public VariableSymbol? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
            if (scope._variables.TryGetValue(name, out var symbol)) return symbol;
        return null;
    }

    public void Set(VariableSymbol symbol) => _variables[symbol.Name] = symbol;

    public IEnumerable<string> Names => _variables.Keys.Concat(Parent?.Names ?? []);
}

/// <summary>The script or an imported library: what its source declares.</summary>
internal sealed class Module(string? library, SyntaxTree tree)
{
    public string? Library { get; } = library;
    public SyntaxTree Tree { get; } = tree;
    public Dictionary<string, List<FunctionDecl>> Functions { get; } = [];
    public Dictionary<string, PineType> Types { get; } = [];
    public HashSet<string> ExportedTypes { get; } = [];
    public Dictionary<string, Module> Imports { get; } = [];
    public Scope Globals { get; set; } = new(null);
    /// <summary>Names that some statement outside functions assigns to with := or alike.</summary>
    public HashSet<string> Reassigned { get; } = [];
}
