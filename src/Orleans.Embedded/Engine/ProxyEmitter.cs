using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Orleans.Runtime;

[assembly: InternalsVisibleTo(Orleans.Embedded.Engine.ProxyEmitter.AssemblyName)]
[assembly: InternalsVisibleTo("Orleans.Embedded.Tests")]

namespace Orleans.Embedded.Engine;

/// <summary>
/// Writes, once per interface, the proxy class and one call class per method, so that a call takes no reflection: the
/// proxy stores the arguments in the call's fields, the call hands them to the grain's method.
/// </summary>
internal static class ProxyEmitter
{
    internal const string AssemblyName = "Orleans.Embedded.Proxies";

    private static readonly Lock Gate = new();
    private static readonly Dictionary<Type, Func<ReferenceShared, GrainId, GrainProxy>> Factories = [];
    private static readonly HashSet<string> Opened = [];
    private static readonly AssemblyBuilder Assembly =
        AssemblyBuilder.DefineDynamicAssembly(new AssemblyName(AssemblyName), AssemblyBuilderAccess.Run);
    private static readonly ModuleBuilder Module = Assembly.DefineDynamicModule(AssemblyName);
    private static readonly ConstructorInfo AccessAttribute = DefineAccessAttribute();

    private static readonly Type[] ConstructorTypes = [typeof(ReferenceShared), typeof(GrainId)];

    /// <summary>What makes references with the given interface.</summary>
    internal static Func<ReferenceShared, GrainId, GrainProxy> FactoryOf(Type contract)
    {
        lock (Gate)
        {
            if (!Factories.TryGetValue(contract, out var factory))
                Factories.Add(contract, factory = Emit(contract));
            return factory;
        }
    }

    private static Func<ReferenceShared, GrainId, GrainProxy> Emit(Type contract)
    {
        var methods = GrainMethod.Of(contract);
        OpenAccessTo(contract, methods);
        var name = $"{contract.FullName}#{Factories.Count}";
        var proxy = Module.DefineType($"{name}.Proxy", TypeAttributes.Sealed | TypeAttributes.NotPublic, typeof(GrainProxy), [contract]);
        EmitConstructor(proxy);
        for (var i = 0; i < methods.Length; i++)
        {
            var call = CallEmitter.Emit(Module, $"{name}.{methods[i].Name}{i}", methods[i]);
            EmitMethod(proxy, methods[i], call, i);
        }

        var constructor = proxy.CreateType().GetConstructor(BindingFlags.Public | BindingFlags.Instance, ConstructorTypes)!;
        var make = new DynamicMethod("New", typeof(GrainProxy), ConstructorTypes, Module, skipVisibility: true);
        var il = make.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Newobj, constructor);
        il.Emit(OpCodes.Ret);
        return make.CreateDelegate<Func<ReferenceShared, GrainId, GrainProxy>>();
    }

    private static void EmitConstructor(TypeBuilder proxy)
    {
        var inherited = typeof(GrainProxy).GetConstructor(BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Instance, ConstructorTypes)!;
        var il = proxy.DefineConstructor(MethodAttributes.Public, CallingConventions.HasThis, ConstructorTypes).GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Call, inherited);
        il.Emit(OpCodes.Ret);
    }

    private static void EmitMethod(TypeBuilder proxy, MethodInfo method, CallEmitter.Emitted call, int index)
    {
        var parameters = method.GetParameters();
        var builder = proxy.DefineMethod($"{method.DeclaringType!.FullName}.{method.Name}",
            MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.HideBySig | MethodAttributes.NewSlot,
            method.ReturnType, [.. parameters.Select(p => p.ParameterType)]);
        var il = builder.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Newobj, call.Constructor);
        for (var i = 0; i < parameters.Length; i++)
        {
            il.Emit(OpCodes.Dup);
            il.Emit(OpCodes.Ldarg, (short)(i + 1));
            il.Emit(OpCodes.Stfld, call.Arguments[i]);
        }

        il.Emit(OpCodes.Ldc_I4, index);
        il.Emit(OpCodes.Call, SenderOf(method));
        il.Emit(OpCodes.Ret);
        proxy.DefineMethodOverride(builder, method);
    }

    private static MethodInfo SenderOf(MethodInfo method)
    {
        const BindingFlags instance = BindingFlags.NonPublic | BindingFlags.Instance;
        var result = method.ReturnType;
        if (result == typeof(void))
            return typeof(GrainProxy).GetMethod(nameof(GrainProxy.SendOneWay), instance)!;
        if (!result.IsGenericType)
        {
            var name = result == typeof(ValueTask) ? nameof(GrainProxy.SendValue) : nameof(GrainProxy.Send);
            return typeof(GrainProxy).GetMethod(name, 0, instance, null, [typeof(VoidTaskCall), typeof(int)], null)!;
        }

        var definition = result.GetGenericTypeDefinition();
        var generic = definition == typeof(Task<>) ? nameof(GrainProxy.Send)
            : definition == typeof(ValueTask<>) ? nameof(GrainProxy.SendValue)
            : nameof(GrainProxy.SendEnumerable);
        return typeof(GrainProxy).GetMethods(instance).Single(m => m.Name == generic && m.IsGenericMethodDefinition)
            .MakeGenericMethod(result.GetGenericArguments());
    }

    /// <summary>Lets the emitted code use what is internal in the interface's assembly and in those of its parameters.</summary>
    private static void OpenAccessTo(Type contract, MethodInfo[] methods)
    {
        var types = methods.SelectMany(m => m.GetParameters().Select(p => p.ParameterType).Append(m.ReturnType)).Append(contract);
        foreach (var name in types.SelectMany(Parts).Select(t => t.Assembly.GetName().Name!).Distinct())
        {
            if (Opened.Add(name))
                Assembly.SetCustomAttribute(new CustomAttributeBuilder(AccessAttribute, [name]));
        }
    }

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!) : type.GetGenericArguments().SelectMany(Parts).Append(type);

    /// <summary>The runtime honours an attribute of this name wherever it is defined; no assembly of the framework defines it.</summary>
    private static ConstructorInfo DefineAccessAttribute()
    {
        var type = Module.DefineType("System.Runtime.CompilerServices.IgnoresAccessChecksToAttribute",
            TypeAttributes.Public | TypeAttributes.Sealed, typeof(Attribute));
        var field = type.DefineField("_assemblyName", typeof(string), FieldAttributes.Private);
        var il = type.DefineConstructor(MethodAttributes.Public, CallingConventions.HasThis, [typeof(string)]).GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(Attribute).GetConstructor(BindingFlags.NonPublic | BindingFlags.Instance, Type.EmptyTypes)!);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Stfld, field);
        il.Emit(OpCodes.Ret);
        var property = type.DefineProperty("AssemblyName", PropertyAttributes.None, typeof(string), null);
        var getter = type.DefineMethod("get_AssemblyName", MethodAttributes.Public | MethodAttributes.SpecialName, typeof(string), null);
        il = getter.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, field);
        il.Emit(OpCodes.Ret);
        property.SetGetMethod(getter);
        return type.CreateType().GetConstructor([typeof(string)])!;
    }
}
