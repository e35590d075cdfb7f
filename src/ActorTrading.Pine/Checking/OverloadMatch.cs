using ActorTrading.Pine.Builtins;
using ActorTrading.Pine.Syntax;

namespace ActorTrading.Pine.Checking;

internal sealed partial class Checker
{
    /// <summary>One attempt to fit arguments to an overload's parameters.</summary>
    private sealed class OverloadMatch(Checker checker, BuiltinFunction function, Pos callPos, PineType[] written)
    {
        private readonly Dictionary<string, PineType> _bindings = [];

        public BoundExpr?[] Arguments { get; } = new BoundExpr?[function.Parameters.Length];
        public Expr?[] Syntax { get; } = new Expr?[function.Parameters.Length];
        public BoundExpr[] Rest { get; private set; } = [];
        public Qualifier LatestQualifier { get; private set; } = Qualifier.Const;
        public (string Code, Pos Pos, string Message, int Progress) Failure { get; private set; }

        public bool Try(List<BoundArgument> arguments)
        {
            if (written.Length > 0 || function.TypeParameters.Length > 0)
            {
                if (written.Length != function.TypeParameters.Length)
                    return Fail("PINE3014", callPos, function.TypeParameters.Length == 0
                        ? $"'{function.Name}' takes no type arguments."
                        : $"'{function.Name}' needs its type: write '{function.Name}<{string.Join(", ", function.TypeParameters)}>(…)'.", 0);
                for (int i = 0; i < written.Length; i++) _bindings[function.TypeParameters[i]] = written[i];
            }
            if (!Place(arguments, out var rest)) return false;
            for (int i = 0; i < Arguments.Length; i++)
            {
                var parameter = function.Parameters[i];
                if (parameter.Rest) break;
                if (Arguments[i] is { } value)
                {
                    if (Fit(parameter, value, Syntax[i], i) is not { } fitted) return false;
                    Arguments[i] = fitted;
                }
                else if (!parameter.Optional)
                    return Fail("PINE3016", callPos, $"No value assigned to the '{parameter.Name}' parameter in {function.Name}().", i);
            }
            Rest = new BoundExpr[rest.Count];
            for (int i = 0; i < rest.Count; i++)
            {
                if (Fit(function.Parameters[^1], rest[i].Value, rest[i].Syntax, function.Parameters.Length + i) is not { } fitted) return false;
                Rest[i] = fitted;
            }
            // An int element followed by a float one makes all of them floats.
            for (int i = 0; i < Rest.Length; i++) Rest[i] = Convert(Rest[i], Substitute(function.Parameters[^1].Type) is { Kind: not TypeKind.Variable } t ? t : Rest[i].Type);
            return true;
        }

        private bool Place(List<BoundArgument> arguments, out List<BoundArgument> rest)
        {
            rest = [];
            int position = 0, limit = function.HasRest ? function.Parameters.Length - 1 : function.Parameters.Length;
            bool named = false;
            foreach (var argument in arguments)
            {
                int index;
                if (argument.Name is not null)
                {
                    named = true;
                    index = Array.FindIndex(function.Parameters, p => p.Name == argument.Name && !p.Rest);
                    if (index < 0)
                        return Fail("PINE3017", argument.Pos, $"The '{function.Name}' function does not have an argument with the name '{argument.Name}'.{Names.Suggest(argument.Name, function.Parameters.Select(p => p.Name))}", 0);
                    if (Arguments[index] is not null)
                    {
                        if (checker._version >= 6) return Fail("PINE3018", argument.Pos, $"The '{argument.Name}' argument of '{function.Name}' is given twice.", index);
                        checker._diagnostics.Warning("PINE5004", argument.Pos, $"The '{argument.Name}' argument of '{function.Name}' is given twice: only the first counts.");
                        continue;
                    }
                }
                else
                {
                    if (named) return Fail("PINE3019", argument.Pos, "A positional argument cannot follow a named one.", position);
                    index = position++;
                    if (index >= limit)
                    {
                        if (!function.HasRest) return Fail("PINE3015", argument.Pos, $"Too many arguments for '{function.Name}': it takes {function.Parameters.Length}.", index);
                        rest.Add(argument);
                        continue;
                    }
                }
                Arguments[index] = argument.Value;
                Syntax[index] = argument.Syntax;
            }
            return true;
        }

        private BoundExpr? Fit(BuiltinParameter parameter, BoundExpr value, Expr? syntax, int progress)
        {
            if (value.Type.Kind == TypeKind.Void)
            {
                Fail("PINE3006", syntax?.Pos ?? value.Pos, $"Void expression cannot be passed to the '{parameter.Name}' parameter of '{function.Name}'.", progress);
                return null;
            }
            var fitted = Unify(parameter.Type, value);
            if (fitted is null || value.Qualifier > parameter.Qualifier)
            {
                var expected = Substitute(parameter.Type);
                Fail("PINE3001", syntax?.Pos ?? value.Pos, $"Cannot call '{function.Name}' with argument '{parameter.Name}'='{Display(syntax, value)}'. An argument of '{value.Describe()}' type was used but a '{parameter.Qualifier.ToString().ToLowerInvariant()} {expected}' is expected.", progress);
                return null;
            }
            LatestQualifier = Max(LatestQualifier, value.Qualifier);
            return fitted;
        }

        /// <summary>The argument as the parameter's type, binding type variables on the way; null when it does not fit.</summary>
        private BoundExpr? Unify(PineType parameter, BoundExpr value)
        {
            if (parameter.Kind == TypeKind.Variable)
            {
                if (parameter.Name == "any") return value.Type.Kind == TypeKind.Tuple && !function.Name.StartsWith("input", StringComparison.Ordinal) ? null : value;
                if (value.Type.Kind is TypeKind.Tuple) return null;
                if (parameter.Name == "N" && !value.Type.IsNumeric && value.Type.Kind != TypeKind.Na) return null;
                if (parameter.Name == "E" && function.Name == "input.enum" && value.Type.Kind != TypeKind.Enum) return null;
                if (!_bindings.TryGetValue(parameter.Name!, out var bound))
                {
                    if (value.Type.Kind == TypeKind.Na)
                    {
                        if (function.Name == "na") return value;
                        return new BoundNa(value.Pos, PineType.Float);
                    }
                    _bindings[parameter.Name!] = value.Type;
                    return value;
                }
                if (checker.TryConvert(value, bound) is { } converted) return converted;
                // The first argument was an int and this one is a float: the variable widens unless a collection or <T> fixed it.
                if (bound.Kind == TypeKind.Int && value.Type.Kind == TypeKind.Float && function.TypeParameters.Length == 0 && !function.Parameters.Any(p => p.Type.Kind is TypeKind.Array or TypeKind.Matrix or TypeKind.Map))
                {
                    _bindings[parameter.Name!] = PineType.Float;
                    return value;
                }
                return null;
            }
            if (parameter.Kind is TypeKind.Array or TypeKind.Matrix or TypeKind.Map)
            {
                if (value.Type.Kind == TypeKind.Na) return new BoundNa(value.Pos, Substitute(parameter));
                if (value.Type.Kind != parameter.Kind) return null;
                if (!UnifyExact(parameter.Element!, value.Type.Element!)) return null;
                return parameter.Key is null || UnifyExact(parameter.Key, value.Type.Key!) ? value : null;
            }
            return checker.TryConvert(value, parameter);
        }

        private bool UnifyExact(PineType parameter, PineType actual)
        {
            if (parameter.Kind != TypeKind.Variable) return parameter.Equals(actual) || parameter.Kind == TypeKind.Float && actual.Kind == TypeKind.Int;
            if (parameter.Name == "N" && !actual.IsNumeric) return false;
            if (_bindings.TryGetValue(parameter.Name!, out var bound))
            {
                // A row of ints fits a matrix of floats.
                if (bound.Equals(actual) || bound.Kind == TypeKind.Float && actual.Kind == TypeKind.Int) return true;
                if (parameter.Name == "N" && bound.IsNumeric && actual.IsNumeric)
                {
                    _bindings["N"] = PineType.Float;
                    return true;
                }
                return false;
            }
            _bindings[parameter.Name!] = actual;
            return true;
        }

        public PineType Substitute(PineType type) => type.Kind switch
        {
            TypeKind.Variable => _bindings.GetValueOrDefault(type.Name!, type.Name is "N" or "T" ? type : type),
            TypeKind.Array => PineType.ArrayOf(Substitute(type.Element!)),
            TypeKind.Matrix => PineType.MatrixOf(Substitute(type.Element!)),
            TypeKind.Map => PineType.MapOf(Substitute(type.Key!), Substitute(type.Element!)),
            TypeKind.Tuple => PineType.TupleOf([.. type.Items!.Select(Substitute)]),
            _ => type,
        };

        private bool Fail(string code, Pos pos, string message, int progress)
        {
            Failure = (code, pos, message, progress);
            return false;
        }

        public BoundExpr? Argument(string name)
        {
            int index = Array.FindIndex(function.Parameters, p => p.Name == name);
            return index < 0 ? null : Arguments[index];
        }

        public Expr? ArgumentSyntax(string name)
        {
            int index = Array.FindIndex(function.Parameters, p => p.Name == name);
            return index < 0 ? null : Syntax[index];
        }

        public object? Constant(string name)
        {
            int index = Array.FindIndex(function.Parameters, p => p.Name == name);
            return index < 0 ? null : Arguments[index] is { } value ? value.Constant : function.Parameters[index].Default;
        }

        public string Text(string name) => Constant(name) as string ?? "";

        public double? Number(string name) => Constant(name) as double?;
    }
}
