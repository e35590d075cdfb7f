using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using ActorTrading.Pine.Builtins;
using ActorTrading.Pine.Checking;
using ActorTrading.Pine.Runtime;
using ActorTrading.Pine.Syntax;

namespace ActorTrading.Pine.Compiling;

/// <summary>A function instance as emitted: its class, its Call method, and where it leaves a tuple.</summary>
internal sealed record FunctionCode(StateClass State, MethodBuilder Method, FieldBuilder[] TupleFields);

/// <summary>What the emitter hands to the runtime.</summary>
internal sealed record EmittedProgram(Func<ScriptContext>[] Contexts, Pos[] Positions, HashSet<FieldInfo> VaripFields, int MaxBarsBack);

/// <summary>Turns a checked program into a dynamic assembly that is unloaded with the script.</summary>
internal sealed class ProgramEmitter
{
    private const long MaxObjects = 200_000;
    private const int DefaultMaxBarsBack = 5000;
    private const long MaxCodeBytes = 4_000_000;
    private long _codeBytes;

    private readonly CheckedProgram _program;
    private readonly ModuleBuilder _module;
    private readonly List<ContextEmitter> _contexts = [];
    private readonly List<FunctionCode> _functions = [];
    private readonly List<Pos> _positions = [new(0, 0)];
    private readonly Dictionary<Pos, int> _positionIndex = [];
    private readonly Dictionary<VariableSymbol, BuiltinVariable> _builtinOf = [];

    private ProgramEmitter(CheckedProgram program)
    {
        _program = program;
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("PineScript"), AssemblyBuilderAccess.RunAndCollect);
        // Scripts call internal members of this assembly.
        assembly.SetCustomAttribute(new CustomAttributeBuilder(typeof(IgnoresAccessChecksToAttribute).GetConstructor([typeof(string)])!, [typeof(ProgramEmitter).Assembly.GetName().Name!]));
        _module = assembly.DefineDynamicModule("PineScript");
        Types = new ClrTypes(_module);
        int declared = (int)program.Declaration!.Get("max_bars_back", 0.0);
        MaxBarsBack = Math.Clamp(Math.Max(declared, DefaultMaxBarsBack), DefaultMaxBarsBack, 100_000);
        foreach (var context in program.Contexts)
        {
            _contexts.Add(new ContextEmitter(this, _module, context, _contexts.Count));
            foreach (var (builtin, symbol) in context.BuiltinHistories) _builtinOf[symbol] = builtin;
        }
    }

    public ClrTypes Types { get; }
    public int Version => _program.Version;
    /// <summary>Deepest history for offsets not known when compiling.</summary>
    public int MaxBarsBack { get; }
    public List<(FieldBuilder Value, FieldBuilder Flag)> VaripFields { get; } = [];

    public BuiltinVariable? BuiltinOf(VariableSymbol symbol) => _builtinOf.GetValueOrDefault(symbol);

    public ContextEmitter Context(ChartContext context) => _contexts[_program.Contexts.IndexOf(context)];

    public static EmittedProgram Emit(CheckedProgram program)
    {
        var emitter = new ProgramEmitter(program);
        return emitter.Run();
    }

    private EmittedProgram Run()
    {
        foreach (var context in _contexts) context.Emit();
        foreach (var type in Types.Objects.ToList()) type.CreateType();
        foreach (var function in _functions) function.State.Create();
        var factories = new Func<ScriptContext>[_contexts.Count];
        var varip = new HashSet<FieldInfo>();
        var created = _contexts.Select(c => c.State.Create()).ToList();
        for (int i = 0; i < factories.Length; i++)
        {
            var type = created[i];
            factories[i] = () => (ScriptContext)Activator.CreateInstance(type)!;
        }
        foreach (var (value, flag) in VaripFields)
        {
            var owner = value.DeclaringType!.IsGenericType ? value.DeclaringType : value.DeclaringType.Assembly.GetType(value.DeclaringType.Name)!;
            varip.Add(owner.GetField(value.Name)!);
            varip.Add(owner.GetField(flag.Name)!);
        }
        return new EmittedProgram(factories, [.. _positions], varip, MaxBarsBack);
    }

    public int PositionIndex(Pos pos)
    {
        if (_positionIndex.TryGetValue(pos, out int index)) return index;
        _positions.Add(pos);
        return _positionIndex[pos] = _positions.Count - 1;
    }

    public void AddObjects(StateClass state, long objects)
    {
        state.Objects += objects;
        if (state.Objects > MaxObjects) throw new CompilationAbortedException($"The script's functions call each other so often that more than {MaxObjects} call sites need state.");
    }

    /// <summary>Bounds what the just-in-time compiler will have to do.</summary>
    public void AddCode(ILGenerator il)
    {
        _codeBytes += il.ILOffset;
        if (_codeBytes > MaxCodeBytes) throw new CompilationAbortedException($"The script is too large: it compiles to more than {MaxCodeBytes} bytes of code.");
    }

    public FunctionCode Function(FunctionInstance instance, ContextEmitter context)
    {
        if (instance.Storage is FunctionCode known) return known;
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var state = new StateClass(_module, $"Function{_functions.Count}_{instance.Name}", typeof(object));
        Type[] parameters = [context.State.Type, .. instance.Parameters.Select(p => Types.Of(p.Type))];
        bool isTuple = instance.ReturnType.Kind == TypeKind.Tuple;
        var method = state.Type.DefineMethod("Call", MethodAttributes.Public | MethodAttributes.HideBySig, isTuple ? typeof(void) : Types.Of(instance.ReturnType), parameters);
        var tuple = isTuple ? instance.ReturnType.Items!.Select((t, i) => state.Field($"item{i}", Types.Of(t))).ToArray() : [];
        var code = new FunctionCode(state, method, tuple);
        instance.Storage = code;
        _functions.Add(code);
        for (int i = 0; i < instance.Parameters.Length; i++) instance.Parameters[i].Storage = i + 2;
        var il = method.GetILGenerator();
        var body = new BodyEmitter(this, context, instance, state, il);
        body.EmitParameters(instance.Parameters);
        body.EmitResult(instance.Block!, code);
        il.Emit(OpCodes.Ret);
        AddCode(il);
        return code;
    }
}
