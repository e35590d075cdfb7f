using System.Reflection;
using System.Reflection.Emit;
using ActorTrading.Pine.Builtins;
using ActorTrading.Pine.Checking;
using ActorTrading.Pine.Runtime;
using ActorTrading.Pine.Syntax;

namespace ActorTrading.Pine.Compiling;

/// <summary>Builds the class of one chart context.</summary>
internal sealed class ContextEmitter
{
    private readonly ProgramEmitter _program;
    private readonly ChartContext _context;
    private readonly Dictionary<int, (FieldBuilder Field, Type Type)> _inputs = [];
    private readonly Dictionary<(int, bool), FieldBuilder> _plots = [];
    private readonly Dictionary<BuiltinVariable, FieldBuilder> _computed = [];

    public ContextEmitter(ProgramEmitter program, ModuleBuilder module, ChartContext context, int index)
    {
        (_program, _context, Index) = (program, context, index);
        State = new StateClass(module, context.Name, typeof(ScriptContext));
    }

    public int Index { get; }
    public StateClass State { get; }
    public bool IsMain => _context.IsMain;

    public FieldBuilder InputField(int index, Type type)
    {
        if (!_inputs.TryGetValue(index, out var known)) _inputs[index] = known = (State.Field($"input{index}", type), type);
        return known.Field;
    }

    public FieldBuilder PlotField(int index, bool color)
    {
        if (!_plots.TryGetValue((index, color), out var field)) _plots[(index, color)] = field = State.Field($"plot{index}", typeof(double[]));
        return field;
    }

    /// <summary>Field of a built-in variable that is computed at the start of every bar.</summary>
    public FieldBuilder Computed(BuiltinVariable variable)
    {
        if (!_computed.TryGetValue(variable, out var field)) _computed[variable] = field = State.Number(variable.Name.Replace('.', '_'));
        return field;
    }

    public void Emit()
    {
        var execute = State.Type.DefineMethod(nameof(ScriptContext.Execute), MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.HideBySig, typeof(void), Type.EmptyTypes);
        var prologue = State.Type.DefineMethod("Prologue", MethodAttributes.Public | MethodAttributes.HideBySig, typeof(void), Type.EmptyTypes);
        var il = execute.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, prologue);
        var body = new BodyEmitter(_program, this, _context, State, il);
        body.EmitStatements(_context.Statements);
        if (_context.Results is not null) body.EmitRequestResults(_context.Results);
        var globals = _context.Variables.Where(v => v is { IsGlobal: true, HasHistory: true }).Select(v => (v, body.Loader(v)));
        var builtins = _context.BuiltinHistories.Select(b => (b.Value, body.BuiltinLoader(b.Key)));
        body.EmitCommit([.. globals, .. builtins]);
        il.Emit(OpCodes.Ret);
        _program.AddCode(il);
        EmitPrologue(prologue.GetILGenerator());
        EmitAttach();
    }

    private void EmitPrologue(ILGenerator il)
    {
        foreach (var (variable, field) in _computed)
        {
            var implementation = variable.Implementation!;
            var state = State.Initialised(variable.Name.Replace('.', '_') + "_state", implementation.State!, ctor => ctor.Emit(OpCodes.Newobj, implementation.State!.GetConstructor(Type.EmptyTypes)!));
            var body = new BodyEmitter(_program, this, _context, State, il);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, state);
            body.EmitComputed(implementation);
            il.Emit(OpCodes.Stfld, field);
        }
        il.Emit(OpCodes.Ret);
    }

    private void EmitAttach()
    {
        var attach = State.Type.DefineMethod(nameof(ScriptContext.Attach), MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.HideBySig, typeof(void), Type.EmptyTypes);
        var il = attach.GetILGenerator();
        foreach (var (index, (field, type)) in _inputs)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldc_I4, index);
            il.Emit(OpCodes.Call, Fields.Support(type == typeof(double) ? nameof(ScriptSupport.InputNumber) : type == typeof(bool) ? nameof(ScriptSupport.InputBool) : nameof(ScriptSupport.InputText)));
            il.Emit(OpCodes.Stfld, field);
        }
        foreach (var ((index, color), field) in _plots)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldc_I4, index);
            il.Emit(OpCodes.Call, Fields.Support(color ? nameof(ScriptSupport.PlotColors) : nameof(ScriptSupport.PlotValues)));
            il.Emit(OpCodes.Stfld, field);
        }
        il.Emit(OpCodes.Ret);
    }
}

internal sealed partial class BodyEmitter
{
    public Action BuiltinLoader(BuiltinVariable variable) => () => EmitBuiltinVariable(variable);

    /// <summary>With the state on the stack: the update of a computed built-in variable.</summary>
    public void EmitComputed(Implementation implementation)
    {
        foreach (var argument in implementation.Arguments) EmitSupplied(argument);
        _il.Emit(OpCodes.Call, implementation.Method);
    }
}
