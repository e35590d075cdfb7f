using ActorTrading.Pine.Syntax;

namespace ActorTrading.Pine.Checking;

/// <summary>A variable, loop variable or parameter of one body: the script's, a request's or a function instance's.</summary>
internal sealed class VariableSymbol(string name, PineType type, Qualifier qualifier, DeclMode mode, Pos pos, Body body)
{
    public string Name { get; } = name;
    public PineType Type { get; } = type;
    /// <summary>Of a variable that is reassigned it grows with what is assigned, and with the conditions under which.</summary>
    public Qualifier Qualifier { get; set; } = qualifier;
    /// <summary>The qualifier keyword of its declaration: a bound to what it may become.</summary>
    public Qualifier? Written { get; set; }
    public DeclMode Mode { get; } = mode;
    public Pos Pos { get; } = pos;
    public Body Body { get; } = body;
    /// <summary>Declared in the outermost scope of the script, so it has a value on every bar.</summary>
    public bool IsGlobal { get; init; }
    public bool IsParameter { get; init; }
    public bool IsLoopVariable { get; init; }
    /// <summary>Value when never reassigned and known at compile time.</summary>
    public object? Constant { get; init; }
    /// <summary>Never reassigned, and the quotient of ints: may stand where an int is asked for.</summary>
    public bool IsQuotient { get; set; }
    /// <summary>Read by a function: must live in a field.</summary>
    public bool IsCaptured { get; set; }
    /// <summary>Deepest constant history offset asked for, 0 for none.</summary>
    public int HistoryDepth { get; set; }
    /// <summary>Some offset is not known until run time.</summary>
    public bool DynamicHistory { get; set; }
    public bool HasHistory => HistoryDepth > 0 || DynamicHistory;
    /// <summary>Set by max_bars_back().</summary>
    public int MaxBarsBack { get; set; }
    /// <summary>The compiler's place for it.</summary>
    public object? Storage { get; set; }
    public object? HistoryStorage { get; set; }
}

/// <summary>Code that becomes one class: what state its call sites need is kept in its fields.</summary>
internal class Body(string name)
{
    public string Name { get; } = name;
    public List<VariableSymbol> Variables { get; } = [];
}

/// <summary>A function for one combination of argument types and qualifiers.</summary>
internal sealed class FunctionInstance(string name, FunctionDecl declaration) : Body(name)
{
    public FunctionDecl Declaration { get; } = declaration;
    public VariableSymbol[] Parameters { get; set; } = [];
    public BoundBlock? Block { get; set; }
    public PineType ReturnType { get; set; } = PineType.Error;
    public Qualifier ReturnQualifier { get; set; } = Qualifier.Series;
    /// <summary>Its value is a quotient of ints, so it may stand where an int is asked for.</summary>
    public bool ReturnsQuotient { get; set; }
    /// <summary>The compiler's class for it.</summary>
    public object? Storage { get; set; }
}
