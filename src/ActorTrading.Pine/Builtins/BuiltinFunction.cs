using System.Reflection;
using ActorTrading.Pine.Checking;

namespace ActorTrading.Pine.Builtins;

/// <param name="Default">Value when left out: double, bool or string; null with <paramref name="Optional"/> means na.</param>
/// <param name="Rest">Takes any number of further arguments.</param>
internal sealed record BuiltinParameter(string Name, PineType Type, Qualifier Qualifier, bool Optional, object? Default, bool Rest);

/// <summary>One overload of a built-in function, as in Pine's reference.</summary>
internal sealed class BuiltinFunction(string name, string signature, string[] typeParameters, BuiltinParameter[] parameters, PineType returnType,
    Qualifier? returnQualifier, int minVersion, int maxVersion)
{
    public string Name { get; } = name;
    /// <summary>The line that defines it.</summary>
    public string Signature { get; } = signature;
    /// <summary>Type arguments written in angle brackets, as in array.new&lt;T&gt;.</summary>
    public string[] TypeParameters { get; } = typeParameters;
    public BuiltinParameter[] Parameters { get; } = parameters;
    public PineType ReturnType { get; } = returnType;
    /// <summary>Null: that of the latest-known argument.</summary>
    public Qualifier? ReturnQualifier { get; } = returnQualifier;
    public int MinVersion { get; } = minVersion;
    public int MaxVersion { get; } = maxVersion;
    public Implementation? Implementation { get; set; }
    public bool IsSpecial { get; set; }
    public bool IsSupported => IsSpecial || Implementation is not null;
    public bool HasRest => Parameters.Length > 0 && Parameters[^1].Rest;
}

/// <summary>A built-in variable or constant.</summary>
internal sealed class BuiltinVariable(string name, PineType type, Qualifier qualifier, object? constant)
{
    public string Name { get; } = name;
    public PineType Type { get; } = type;
    public Qualifier Qualifier { get; } = qualifier;
    public object? Constant { get; } = constant;
    public Implementation? Implementation { get; set; }
    /// <summary>Read straight from the current bar.</summary>
    public BarField? Bar { get; set; }
    public bool IsSupported => Constant is not null || Implementation is not null || Bar is not null;
}

/// <summary>What a script reads of the current bar without a call.</summary>
internal enum BarField { Open, High, Low, Close, Volume, Hl2, Hlc3, Ohlc4, Hlcc4, Time, BarIndex }

/// <summary>
/// The C# member behind a built-in: a static method, an instance method on the first argument, or a class with one instance
/// per call site whose Update is called. <see cref="Arguments"/> says where each of its parameters comes from.
/// </summary>
internal sealed record Implementation(MethodInfo Method, Type? State, ImplementationArgument[] Arguments);

internal enum ArgumentSource { Context, FromBar, Parameter, Constant }

/// <param name="Index">Number of the Pine parameter.</param>
/// <param name="BarName">Lower-case name of what to take from the bar.</param>
internal readonly record struct ImplementationArgument(ArgumentSource Source, int Index, string BarName, object? Value, ParameterInfo? Parameter);
