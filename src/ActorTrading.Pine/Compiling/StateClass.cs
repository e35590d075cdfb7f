using System.Reflection;
using System.Reflection.Emit;

namespace ActorTrading.Pine.Compiling;

/// <summary>A class being built whose fields keep the state of one body's call sites; its constructor sets each to its start.</summary>
internal sealed class StateClass
{
    private int _fields;

    public StateClass(ModuleBuilder module, string name, Type parent)
    {
        Type = module.DefineType(name, TypeAttributes.Public | TypeAttributes.Sealed, parent);
        Constructor = Type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, System.Type.EmptyTypes);
        Setup = Constructor.GetILGenerator();
        Setup.Emit(OpCodes.Ldarg_0);
        Setup.Emit(OpCodes.Call, parent.GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, System.Type.EmptyTypes)!);
    }

    public TypeBuilder Type { get; }
    public ConstructorBuilder Constructor { get; }
    private ILGenerator Setup { get; }

    /// <summary>Objects that an instance of this class brings with it, this one included.</summary>
    public long Objects { get; set; } = 1;

    public FieldBuilder Field(string name, Type type) => Type.DefineField($"{name}_{_fields++}", type, FieldAttributes.Public);

    /// <summary>A field that starts as NaN.</summary>
    public FieldBuilder Number(string name)
    {
        var field = Field(name, typeof(double));
        Setup.Emit(OpCodes.Ldarg_0);
        Setup.Emit(OpCodes.Ldc_R8, double.NaN);
        Setup.Emit(OpCodes.Stfld, field);
        return field;
    }

    /// <summary>A field that starts as what <paramref name="load"/> pushes.</summary>
    public FieldBuilder Initialised(string name, Type type, Action<ILGenerator> load)
    {
        var field = Field(name, type);
        Setup.Emit(OpCodes.Ldarg_0);
        load(Setup);
        Setup.Emit(OpCodes.Stfld, field);
        return field;
    }

    public Type Create()
    {
        Setup.Emit(OpCodes.Ret);
        return Type.CreateType();
    }
}
