using System.Reflection;
using System.Reflection.Emit;

namespace Orleans.Embedded.Engine;

/// <summary>Writes the call class of one method: a field per argument, the invocation, and access to arguments by position.</summary>
internal static class CallEmitter
{
    private const BindingFlags Inherited = BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Instance;
    private const MethodAttributes Override = MethodAttributes.Virtual | MethodAttributes.HideBySig | MethodAttributes.Final;

    internal sealed record Emitted(ConstructorInfo Constructor, FieldInfo[] Arguments);

    internal static Emitted Emit(ModuleBuilder module, string name, MethodInfo method)
    {
        var (baseType, invoke) = BaseOf(method.ReturnType);
        var parameters = method.GetParameters();
        var type = module.DefineType(name, TypeAttributes.Sealed | TypeAttributes.Public, baseType);
        var constructor = type.DefineDefaultConstructor(MethodAttributes.Public);
        var arguments = parameters.Select((p, i) => type.DefineField($"a{i}", p.ParameterType, FieldAttributes.Public)).ToArray();
        EmitInvoke(type, method, baseType, invoke, arguments);
        if (typeof(Call).IsAssignableFrom(baseType))
        {
            EmitGetArgument(type, arguments);
            EmitSetArgument(type, arguments);
        }

        type.CreateType();
        return new Emitted(constructor, arguments);
    }

    private static (Type Base, string Invoke) BaseOf(Type result)
    {
        if (result == typeof(void))
            return (typeof(OneWayCall), "InvokeVoid");
        if (result == typeof(Task))
            return (typeof(VoidTaskCall), "Invoke");
        if (result == typeof(ValueTask))
            return (typeof(VoidValueTaskCall), "InvokeValue");
        if (result.IsGenericType)
        {
            var definition = result.GetGenericTypeDefinition();
            var argument = result.GetGenericArguments()[0];
            if (definition == typeof(Task<>))
                return (typeof(TaskCall<>).MakeGenericType(argument), "Invoke");
            if (definition == typeof(ValueTask<>))
                return (typeof(ValueTaskCall<>).MakeGenericType(argument), "InvokeValue");
            if (definition == typeof(IAsyncEnumerable<>))
                return (typeof(EnumerableRequest<>).MakeGenericType(argument), "Invoke");
        }

        throw new Runtime.OrleansConfigurationException($"A grain method cannot return {result}.");
    }

    private static void EmitInvoke(TypeBuilder type, MethodInfo method, Type baseType, string name, FieldInfo[] arguments)
    {
        var overridden = baseType.GetMethod(name, Inherited, [typeof(object)])!;
        var builder = type.DefineMethod(name, MethodAttributes.Family | Override, method.ReturnType, [typeof(object)]);
        var il = builder.GetILGenerator();
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Castclass, method.DeclaringType!);
        foreach (var argument in arguments)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, argument);
        }

        il.Emit(OpCodes.Callvirt, method);
        il.Emit(OpCodes.Ret);
        type.DefineMethodOverride(builder, overridden);
    }

    private static void EmitGetArgument(TypeBuilder type, FieldInfo[] arguments)
    {
        var overridden = typeof(Call).GetMethod(nameof(Call.GetArgument))!;
        var builder = type.DefineMethod(nameof(Call.GetArgument), MethodAttributes.Public | Override, typeof(object), [typeof(int)]);
        var il = builder.GetILGenerator();
        var labels = arguments.Select(_ => il.DefineLabel()).ToArray();
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Switch, labels);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Call, overridden);
        il.Emit(OpCodes.Ret);
        for (var i = 0; i < arguments.Length; i++)
        {
            il.MarkLabel(labels[i]);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, arguments[i]);
            if (arguments[i].FieldType.IsValueType)
                il.Emit(OpCodes.Box, arguments[i].FieldType);
            il.Emit(OpCodes.Ret);
        }
    }

    private static void EmitSetArgument(TypeBuilder type, FieldInfo[] arguments)
    {
        var overridden = typeof(Call).GetMethod(nameof(Call.SetArgument))!;
        var builder = type.DefineMethod(nameof(Call.SetArgument), MethodAttributes.Public | Override, typeof(void), [typeof(int), typeof(object)]);
        var il = builder.GetILGenerator();
        var labels = arguments.Select(_ => il.DefineLabel()).ToArray();
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Switch, labels);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Call, overridden);
        il.Emit(OpCodes.Ret);
        for (var i = 0; i < arguments.Length; i++)
        {
            il.MarkLabel(labels[i]);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldarg_2);
            il.Emit(OpCodes.Unbox_Any, arguments[i].FieldType);
            il.Emit(OpCodes.Stfld, arguments[i]);
            il.Emit(OpCodes.Ret);
        }
    }
}
