using System.Reflection;
using System.Reflection.Emit;
using ActorTrading.Pine.Builtins;
using ActorTrading.Pine.Checking;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine.Compiling;

internal sealed partial class BodyEmitter
{
    private void EmitBuiltinVariable(BuiltinVariable variable)
    {
        if (variable.Constant is { } constant)
        {
            EmitConstant(constant);
            return;
        }
        if (variable.Bar is { } field)
        {
            EmitBarField(field);
            return;
        }
        var implementation = variable.Implementation!;
        if (implementation.State is not null)
        {
            // It counts every bar, so it is computed at the start of each, wherever it is read.
            LoadContext();
            _il.Emit(OpCodes.Ldfld, _context.Computed(variable));
            return;
        }
        foreach (var argument in implementation.Arguments) EmitSupplied(argument);
        _il.Emit(OpCodes.Call, implementation.Method);
        EmitResult(implementation.Method.ReturnType, variable.Type);
    }

    private void EmitBarField(BarField field)
    {
        void Sum(double divisor, params string[] names)
        {
            for (int i = 0; i < names.Length; i++)
            {
                LoadBar(names[i]);
                if (i > 0) _il.Emit(OpCodes.Add);
            }
            _il.Emit(OpCodes.Ldc_R8, divisor);
            _il.Emit(OpCodes.Div);
        }
        switch (field)
        {
            case BarField.Hl2: Sum(2, "High", "Low"); break;
            case BarField.Hlc3: Sum(3, "High", "Low", "Close"); break;
            case BarField.Ohlc4: Sum(4, "Open", "High", "Low", "Close"); break;
            case BarField.Hlcc4: Sum(4, "High", "Low", "Close", "Close"); break;
            case BarField.BarIndex:
                LoadBar("Bar");
                _il.Emit(OpCodes.Conv_R8);
                break;
            default: LoadBar(field.ToString()); break;
        }
    }

    private void LoadBar(string name)
    {
        LoadContext();
        _il.Emit(OpCodes.Ldfld, Fields.Context(name));
    }

    /// <summary>An argument that does not come from the script.</summary>
    private void EmitSupplied(ImplementationArgument argument)
    {
        switch (argument.Source)
        {
            case ArgumentSource.Context:
                LoadContext();
                break;
            case ArgumentSource.Constant:
                EmitClrConstant(argument.Value, argument.Parameter!.ParameterType);
                break;
            case ArgumentSource.FromBar:
                switch (argument.BarName)
                {
                    case "prevclose": LoadBar(nameof(ScriptContext.PrevClose)); break;
                    case "sessionstart":
                        LoadContext();
                        _il.Emit(OpCodes.Call, Fields.ContextMethod(nameof(ScriptContext.SessionStart)));
                        break;
                    case "hlc3": EmitBarField(BarField.Hlc3); break;
                    case "hl2": EmitBarField(BarField.Hl2); break;
                    default: LoadBar(char.ToUpperInvariant(argument.BarName[0]) + argument.BarName[1..]); break;
                }
                break;
        }
    }

    private void EmitClrConstant(object? value, Type type)
    {
        switch (value)
        {
            case null when Nullable.GetUnderlyingType(type) is not null:
                var empty = _il.DeclareLocal(type);
                _il.Emit(OpCodes.Ldloca, empty);
                _il.Emit(OpCodes.Initobj, type);
                _il.Emit(OpCodes.Ldloc, empty);
                break;
            case null: _il.Emit(OpCodes.Ldnull); break;
            case double d: _il.Emit(OpCodes.Ldc_R8, d); break;
            case int i: _il.Emit(OpCodes.Ldc_I4, i); break;
            case bool b: _il.Emit(b ? OpCodes.Ldc_I4_1 : OpCodes.Ldc_I4_0); break;
            case string s: _il.Emit(OpCodes.Ldstr, s); break;
            default: throw new InvalidOperationException($"Cannot emit a default {value.GetType().Name}.");
        }
        if (value is not null && Nullable.GetUnderlyingType(type) is not null) _il.Emit(OpCodes.Newobj, type.GetConstructor([Nullable.GetUnderlyingType(type)!])!);
    }

    private void EmitBuiltinCall(BoundBuiltinCall call)
    {
        if (EmitSpecial(call)) return;
        if (!_context.IsMain && IsEffect(call.Function.Name))
        {
            EmitNa(call.Type);
            return;
        }
        var skip = _il.DefineLabel();
        int when = Array.FindIndex(call.Function.Parameters, p => p.Name == "when");
        bool conditional = when >= 0 && call.Arguments[when] is { Constant: not true };
        if (conditional)
        {
            EmitCondition(call.Arguments[when]!);
            _il.Emit(OpCodes.Brfalse, skip);
        }
        var method = EmitInvocation(call);
        EmitResult(method.ReturnType, call.Type);
        _il.MarkLabel(skip);
    }

    /// <summary>Calls that act on the outside and so have no place in a request.</summary>
    private static bool IsEffect(string name) => name.StartsWith("strategy.", StringComparison.Ordinal) || name is "alert";

    /// <summary>Pushes the arguments and calls; the result is left as C# returns it.</summary>
    private MethodInfo EmitInvocation(BoundBuiltinCall call)
    {
        var implementation = call.Function.Implementation!;
        var bindings = Bindings(call);
        if (implementation.State is { } stateType)
        {
            if (stateType.IsGenericTypeDefinition) stateType = stateType.MakeGenericType([.. stateType.GetGenericArguments().Select(a => Types.Element(bindings[a.Name]))]);
            var constructor = stateType.GetConstructor(Type.EmptyTypes) ?? throw new InvalidOperationException($"{stateType} has no parameterless constructor.");
            var field = _state.Initialised(call.Function.Name.Replace('.', '_'), stateType, il => il.Emit(OpCodes.Newobj, constructor));
            _program.AddObjects(_state, 1);
            LoadState();
            _il.Emit(OpCodes.Ldfld, field);
        }
        var method = Close(implementation.Method, call, bindings, implementation.State);
        var parameters = method.GetParameters();
        int p = 0;
        foreach (var argument in implementation.Arguments)
        {
            var parameter = argument.Parameter is null ? null : parameters[p++];
            if (argument.Source != ArgumentSource.Parameter)
            {
                EmitSupplied(argument);
                continue;
            }
            var pine = call.Function.Parameters[argument.Index];
            if (pine.Rest) EmitRest(call, parameter!.ParameterType);
            else if (parameter is null) EmitReceiver(call.Arguments[argument.Index]!, call.Function.Name);
            else EmitArgument(call.Arguments[argument.Index], pine, parameter, Substitute(pine.Type, bindings));
        }
        _il.Emit(method.IsStatic || implementation.State is not null ? OpCodes.Call : OpCodes.Callvirt, method);
        return method;
    }

    private void EmitReceiver(BoundExpr receiver, string function)
    {
        EmitExpression(receiver);
        EmitCollectionCheck($"the object passed to '{function}'");
    }

    private MethodInfo Close(MethodInfo method, BoundBuiltinCall call, Dictionary<string, PineType> bindings, Type? stateType)
    {
        if (method.IsGenericMethodDefinition)
            return method.MakeGenericMethod([.. method.GetGenericArguments().Select(a => Types.Element(bindings.GetValueOrDefault(a.Name, PineType.Float)))]);
        if (method.DeclaringType!.IsGenericTypeDefinition)
        {
            var owner = stateType is not null
                ? method.DeclaringType.MakeGenericType([.. method.DeclaringType.GetGenericArguments().Select(a => Types.Element(bindings[a.Name]))])
                : Types.Of(call.Arguments[0]!.Type);
            return owner.GetMethods().First(m => m.MetadataToken == method.MetadataToken);
        }
        return method;
    }

    /// <summary>What the signature's type variables stand for in this call.</summary>
    private static Dictionary<string, PineType> Bindings(BoundBuiltinCall call)
    {
        var bindings = new Dictionary<string, PineType>();
        void Bind(PineType pattern, PineType actual)
        {
            if (pattern.Kind == TypeKind.Variable)
            {
                if (actual.Kind is not (TypeKind.Na or TypeKind.Variable)) bindings.TryAdd(pattern.Name!, actual);
                return;
            }
            if (pattern.Element is not null && actual.Element is not null) Bind(pattern.Element, actual.Element);
            if (pattern.Key is not null && actual.Key is not null) Bind(pattern.Key, actual.Key);
        }
        Bind(call.Function.ReturnType, call.Type);
        for (int i = 0; i < call.Arguments.Length; i++)
            if (call.Arguments[i] is { } value) Bind(call.Function.Parameters[i].Type, value.Type);
        foreach (var value in call.Rest) Bind(call.Function.Parameters[^1].Type, value.Type);
        // C# spells map types out, and V alone may be what T is elsewhere.
        if (bindings.TryGetValue("K", out var key)) bindings.TryAdd("TKey", key);
        if (bindings.TryGetValue("V", out var mapped)) bindings.TryAdd("TValue", mapped);
        if (bindings.TryGetValue("N", out var number)) bindings.TryAdd("T", number);
        return bindings;
    }

    private static PineType Substitute(PineType type, Dictionary<string, PineType> bindings) =>
        type.Kind == TypeKind.Variable ? bindings.GetValueOrDefault(type.Name!, type.Name == "any" ? type : PineType.Float) : type;

    private void EmitArgument(BoundExpr? value, BuiltinParameter pine, ParameterInfo parameter, PineType type)
    {
        var clr = parameter.ParameterType;
        if (value is BoundNa && Nullable.GetUnderlyingType(clr) is not null) value = null;
        if (value is null)
        {
            if (pine.Default is not null) EmitDefault(pine.Default, clr);
            else if (parameter.HasDefaultValue) EmitClrConstant(parameter.DefaultValue, clr);
            else if (Nullable.GetUnderlyingType(clr) is not null) EmitClrConstant(null, clr);
            else if (clr == typeof(double)) _il.Emit(OpCodes.Ldc_R8, double.NaN);
            else if (clr == typeof(int)) _il.Emit(OpCodes.Ldc_I4, Operations.NaInt);
            else if (clr == typeof(bool)) _il.Emit(OpCodes.Ldc_I4_0);
            else _il.Emit(OpCodes.Ldnull);
            return;
        }
        if (clr == typeof(object))
        {
            EmitBoxed(value);
            return;
        }
        if (clr == typeof(int) && value.Constant is double d && double.IsFinite(d))
        {
            _il.Emit(OpCodes.Ldc_I4, (int)d);
            return;
        }
        bool isBool = value.Type.Kind == TypeKind.Bool;
        if (isBool) EmitCondition(value);
        else EmitExpression(value);
        if (clr == typeof(double) && isBool) _il.Emit(OpCodes.Conv_R8);
        else if (clr == typeof(int)) _il.Emit(OpCodes.Call, Fields.Operation(nameof(Operations.ToInt)));
        else if (clr == typeof(long)) _il.Emit(OpCodes.Call, Fields.Operation(nameof(Operations.ToLong)));
        else if (clr == typeof(double?)) _il.Emit(OpCodes.Call, Fields.Operation(nameof(Operations.ToNullable)));
        else if (clr == typeof(int?)) _il.Emit(OpCodes.Call, Fields.Operation(nameof(Operations.ToNullableInt)));
        else if (type.Kind is TypeKind.Array or TypeKind.Matrix or TypeKind.Map) EmitCollectionCheck($"argument '{pine.Name}'");
    }

    private void EmitDefault(object value, Type clr)
    {
        switch (value)
        {
            case double d when clr == typeof(int): _il.Emit(OpCodes.Ldc_I4, (int)d); break;
            case double d when clr == typeof(long): _il.Emit(OpCodes.Ldc_I8, (long)d); break;
            case double d: EmitClrConstant(Nullable.GetUnderlyingType(clr) == typeof(int) ? (int)d : d, clr); break;
            default: EmitClrConstant(value, clr); break;
        }
    }

    /// <summary>The value as object: numbers and bools boxed, na as null.</summary>
    private void EmitBoxed(BoundExpr value)
    {
        if (value.Type.IsReference)
        {
            EmitExpression(value);
            return;
        }
        if (value.Type.Kind == TypeKind.Enum)
        {
            _il.Emit(OpCodes.Ldstr, string.Join('\n', value.Type.EnumType.Members.Select(m => m.Title)));
            EmitExpression(value);
            _il.Emit(OpCodes.Call, Fields.Support(nameof(ScriptSupport.EnumTitle)));
            return;
        }
        EmitExpression(value);
        _il.Emit(OpCodes.Call, Fields.Support(value.Type.Kind == TypeKind.Bool ? nameof(ScriptSupport.BoxBool) : nameof(ScriptSupport.BoxNumber)));
    }

    private void EmitRest(BoundBuiltinCall call, Type arrayType)
    {
        var element = arrayType.GetElementType()!;
        _il.Emit(OpCodes.Ldc_I4, call.Rest.Length);
        _il.Emit(OpCodes.Newarr, element);
        for (int i = 0; i < call.Rest.Length; i++)
        {
            _il.Emit(OpCodes.Dup);
            _il.Emit(OpCodes.Ldc_I4, i);
            if (element == typeof(object) && call.Function.Name != "array.from") EmitBoxed(call.Rest[i]);
            else EmitExpression(call.Rest[i]);
            _il.Emit(OpCodes.Stelem, element);
        }
    }

    /// <summary>Turns what C# returned into how Pine holds it.</summary>
    private void EmitResult(Type clr, PineType type)
    {
        if (clr == typeof(int)) _il.Emit(OpCodes.Call, Fields.Operation(nameof(Operations.FromInt)));
        else if (clr == typeof(long)) _il.Emit(OpCodes.Call, Fields.Operation(nameof(Operations.FromLong)));
        else if (clr == typeof(double?)) _il.Emit(OpCodes.Call, Fields.Operation(nameof(Operations.FromNullable)));
        else if (clr == typeof(int?)) _il.Emit(OpCodes.Call, Fields.Operation(nameof(Operations.FromNullableInt)));
        else if (type.Kind == TypeKind.Bool && clr == typeof(double)) _il.Emit(OpCodes.Call, Fields.Operation(nameof(Operations.NumberToBool)));
        else if (type.IsReference && clr != typeof(string) && Types.Of(type) != clr) _il.Emit(OpCodes.Castclass, Types.Of(type));
        else if (clr != typeof(void) && type.Kind == TypeKind.Void) _il.Emit(OpCodes.Pop);
    }

    private void EmitBuiltinTuple(BoundBuiltinCall call, Sink?[] sinks)
    {
        var method = EmitInvocation(call);
        var tuple = _il.DeclareLocal(method.ReturnType);
        _il.Emit(OpCodes.Stloc, tuple);
        for (int i = 0; i < sinks.Length; i++)
        {
            var field = method.ReturnType.GetField($"Item{i + 1}")!;
            var type = call.Type.Items![i];
            sinks[i]?.Invoke(() =>
            {
                _il.Emit(OpCodes.Ldloc, tuple);
                _il.Emit(OpCodes.Ldfld, field);
                EmitResult(field.FieldType, type);
            });
        }
    }
}
