using System.Globalization;
using System.Runtime.CompilerServices;

namespace ActorTrading.Domain;

/// <summary>An expression could not be evaluated; the message says why, with the values.</summary>
internal sealed class SizingExpressionException(string message) : Exception(message);

/// <summary>
/// A formula for a volume: numbers, names, + - * /, comparisons (1 or 0), ?: , parentheses, and min, max, abs, floor, ceil, round.
/// No loops and no assignment; at most <see cref="MaxLength"/> characters and <see cref="MaxDepth"/> levels, so that its cost is bounded.
/// </summary>
internal sealed class SizingExpression
{
    public const int MaxLength = 500;
    public const int MaxDepth = 32;

    // Settings keep the same string, so each is parsed once; entries go with their string.
    private static readonly ConditionalWeakTable<string, Tuple<SizingExpression?, string?>> Cache = [];
    private readonly Func<Func<string, decimal>, decimal> _root;

    private SizingExpression(Func<Func<string, decimal>, decimal> root) => _root = root;

    /// <summary>The expression, or what is wrong with the text and where.</summary>
    public static (SizingExpression? Expression, string? Error) Parse(string text)
    {
        var (expression, error) = Cache.GetValue(text, static text =>
        {
            if (text.Length > MaxLength)
                return new(null, $"The expression has {text.Length} characters: at most {MaxLength} is right.");
            try
            {
                return new(new SizingExpression(new Parser(text).Whole()), null);
            }
            catch (SizingExpressionException failure)
            {
                return new(null, failure.Message);
            }
        });
        return (expression, error);
    }

    /// <exception cref="SizingExpressionException">Division by zero, a number too large, or a name without a value.</exception>
    public decimal Evaluate(Func<string, decimal> valueOf)
    {
        try
        {
            return _root(valueOf);
        }
        catch (DivideByZeroException)
        {
            throw new SizingExpressionException("division by zero");
        }
        catch (OverflowException)
        {
            throw new SizingExpressionException("a number is too large");
        }
    }

    private sealed class Parser(string text)
    {
        private int _at;
        private int _depth;

        public Func<Func<string, decimal>, decimal> Whole()
        {
            var root = Choice();
            Blanks();
            return _at == text.Length ? root : throw Wrong($"'{text[_at]}' is not expected");
        }

        private Func<Func<string, decimal>, decimal> Choice()
        {
            if (++_depth > MaxDepth)
                throw Wrong($"it is nested more than {MaxDepth} deep");
            var condition = Comparison();
            if (Take("?"))
            {
                var yes = Choice();
                if (!Take(":"))
                    throw Wrong("':' is missing after '?'");
                var no = Choice();
                _depth--;
                return v => condition(v) != 0 ? yes(v) : no(v);
            }
            _depth--;
            return condition;
        }

        private Func<Func<string, decimal>, decimal> Comparison()
        {
            var left = Sum();
            foreach (var sign in (string[])["<=", ">=", "==", "!=", "<", ">"])
            {
                if (!Take(sign))
                    continue;
                var right = Sum();
                return v =>
                {
                    var order = left(v).CompareTo(right(v));
                    return (sign switch { "<=" => order <= 0, ">=" => order >= 0, "==" => order == 0, "!=" => order != 0, "<" => order < 0, _ => order > 0 }) ? 1m : 0m;
                };
            }
            return left;
        }

        private Func<Func<string, decimal>, decimal> Sum()
        {
            var value = Product();
            while (true)
            {
                var left = value;
                if (Take("+"))
                {
                    var right = Product();
                    value = v => left(v) + right(v);
                }
                else if (Take("-"))
                {
                    var right = Product();
                    value = v => left(v) - right(v);
                }
                else
                {
                    return value;
                }
            }
        }

        private Func<Func<string, decimal>, decimal> Product()
        {
            var value = Factor();
            while (true)
            {
                var left = value;
                if (Take("*"))
                {
                    var right = Factor();
                    value = v => left(v) * right(v);
                }
                else if (Take("/"))
                {
                    var right = Factor();
                    value = v => left(v) / right(v);
                }
                else
                {
                    return value;
                }
            }
        }

        private Func<Func<string, decimal>, decimal> Factor()
        {
            var negative = false;
            while (Take("-"))
                negative = !negative;
            var value = Atom();
            return negative ? v => -value(v) : value;
        }

        private Func<Func<string, decimal>, decimal> Atom()
        {
            if (Take("("))
            {
                var inner = Choice();
                return Take(")") ? inner : throw Wrong("')' is missing");
            }
            Blanks();
            var start = _at;
            if (_at < text.Length && (char.IsAsciiDigit(text[_at]) || text[_at] == '.'))
            {
                while (_at < text.Length && (char.IsAsciiDigit(text[_at]) || text[_at] == '.'))
                    _at++;
                var digits = text[start.._at];
                return decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? _ => number : throw Wrong($"'{digits}' is not a number");
            }
            while (_at < text.Length && char.IsAsciiLetterOrDigit(text[_at]))
                _at++;
            if (_at == start)
                throw Wrong(_at < text.Length ? $"'{text[_at]}' is not expected" : "it ends too early");
            var name = text[start.._at];
            if (Take("("))
                return Function(name);
            return SizingVariables.Names.Contains(name) ? v => v(name) : throw Wrong($"'{name}' is not a name: {string.Join(", ", SizingVariables.Names)} are");
        }

        private Func<Func<string, decimal>, decimal> Function(string name)
        {
            var arguments = new List<Func<Func<string, decimal>, decimal>>();
            do
                arguments.Add(Choice());
            while (Take(","));
            if (!Take(")"))
                throw Wrong("')' is missing");
            var (first, second) = (arguments[0], arguments.Count > 1 ? arguments[1] : null);
            return (name, arguments.Count) switch
            {
                ("min", 2) => v => Math.Min(first(v), second!(v)),
                ("max", 2) => v => Math.Max(first(v), second!(v)),
                ("abs", 1) => v => Math.Abs(first(v)),
                ("floor", 1) => v => decimal.Floor(first(v)),
                ("ceil", 1) => v => decimal.Ceiling(first(v)),
                ("round", 1) => v => decimal.Round(first(v), MidpointRounding.AwayFromZero),
                _ => throw Wrong($"{name} with {arguments.Count} arguments is not a function: min(a,b), max(a,b), abs(a), floor(a), ceil(a), round(a) are"),
            };
        }

        private bool Take(string sign)
        {
            Blanks();
            if (string.CompareOrdinal(text, _at, sign, 0, sign.Length) != 0)
                return false;
            _at += sign.Length;
            return true;
        }

        private void Blanks()
        {
            while (_at < text.Length && text[_at] == ' ')
                _at++;
        }

        private SizingExpressionException Wrong(string what) => new($"At character {_at + 1}: {what}.");
    }
}
