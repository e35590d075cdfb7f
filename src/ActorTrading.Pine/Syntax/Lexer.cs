using System.Globalization;
using System.Text;

namespace ActorTrading.Pine.Syntax;

/// <summary>
/// Source text to tokens. Blocks are indented by four columns (a tab counts four): the lexer turns that into
/// <see cref="TokenKind.Indent"/> and <see cref="TokenKind.Dedent"/>. A line that is indented by no multiple of four, that stands inside
/// brackets, or that follows or begins with an operator that needs another operand, continues the line before it.
/// </summary>
internal sealed class Lexer(string source, DiagnosticBag diagnostics)
{
    private const int IndentColumns = 4;
    private const int MaxIndents = 200;
    private static readonly string[] Operators = ["=>", ":=", "+=", "-=", "*=", "/=", "%=", "==", "!=", "<=", ">=",
        "+", "-", "*", "/", "%", "<", ">", "=", "?", ":", "(", ")", "[", "]", ",", "."];
    private static readonly HashSet<string> ContinuesAfter = ["+", "-", "*", "/", "%", "<", ">", "<=", ">=", "==", "!=", "=", ":=", "+=",
        "-=", "*=", "/=", "%=", "?", ":", ",", ".", "and", "or", "not"];
    private static readonly HashSet<string> ContinuesBefore = ["*", "/", "%", "<", ">", "<=", ">=", "==", "!=", "?", ":", ",", ".", "and", "or", ")", "]"];

    private readonly List<Token> _tokens = [];
    private readonly Stack<int> _indents = new([0]);
    private int _at, _line = 1, _lineStart, _brackets;
    /// <summary>Just behind the newest token: where a missing one would have stood.</summary>
    private Pos _end = new(1, 1);

    /// <summary>The version named by //@version=N, 0 when there is none.</summary>
    public int Version { get; private set; }
    public Pos VersionPos { get; private set; } = new(1, 1);

    private Pos Here => new(_line, _at - _lineStart + 1);

    public List<Token> Run()
    {
        bool lineStart = true;
        while (true)
        {
            if (lineStart)
            {
                if (!BeginLine()) break;
                lineStart = false;
            }
            SkipBlanks();
            if (_at >= source.Length) break;
            char c = source[_at];
            if (c is '\n' or '\r')
            {
                NextLine();
                lineStart = true;
            }
            else
            {
                ReadToken(c);
                _end = Here;
            }
        }
        if (_tokens.Count > 0) Add(TokenKind.NewLine, "", 0, _end);
        while (_indents.Pop() > 0) Add(TokenKind.Dedent, "", 0, _end);
        Add(TokenKind.End, "", 0, _end);
        return _tokens;
    }

    /// <summary>Skips blank and comment lines, then decides how the next line relates to the one before; false at the end of the source.</summary>
    private bool BeginLine()
    {
        while (true)
        {
            int columns = 0;
            while (_at < source.Length && source[_at] is ' ' or '\t' or '\u00a0' or '\ufeff')
            {
                columns += source[_at] switch { '\t' => IndentColumns, '\ufeff' => 0, _ => 1 };
                _at++;
            }
            if (_at >= source.Length) return false;
            if (source[_at] == '/' && _at + 1 < source.Length && source[_at + 1] == '/') SkipComment();
            if (_at >= source.Length) return false;
            if (source[_at] is '\n' or '\r')
            {
                NextLine();
                continue;
            }
            if (_tokens.Count > 0 && !Continues(columns)) StartStatement(columns);
            else if (_tokens.Count == 0 && columns >= IndentColumns)
                diagnostics.Error("PINE1002", Here, "The first statement must not be indented.");
            return true;
        }
    }

    private bool Continues(int columns)
    {
        if (_brackets > 0) return true;
        if (columns % IndentColumns != 0) return true;
        var last = _tokens[^1];
        if (last.Kind is TokenKind.Operator or TokenKind.Name && ContinuesAfter.Contains(last.Text)) return true;
        return StartsWithOperator();
    }

    private bool StartsWithOperator()
    {
        char c = source[_at];
        if (char.IsAsciiLetter(c))
            return (Match("and") && !IsNamePart(3)) || (Match("or") && !IsNamePart(2));
        foreach (var op in Operators)
            if (Match(op)) return ContinuesBefore.Contains(op);
        return false;
    }

    private bool IsNamePart(int offset) => _at + offset < source.Length && (char.IsLetterOrDigit(source[_at + offset]) || source[_at + offset] is '_' or '=' or '(' or '.');

    private bool Match(string text) => string.CompareOrdinal(source, _at, text, 0, text.Length) == 0;

    private void StartStatement(int columns)
    {
        Add(TokenKind.NewLine, "", 0, _end);
        if (columns > _indents.Peek())
        {
            if (_indents.Count > MaxIndents)
            {
                diagnostics.Error("PINE4001", Here, $"Blocks are nested more than {MaxIndents} deep.");
                return;
            }
            _indents.Push(columns);
            Add(TokenKind.Indent, "");
            return;
        }
        while (columns < _indents.Peek())
        {
            _indents.Pop();
            Add(TokenKind.Dedent, "");
        }
        if (columns > _indents.Peek())
        {
            diagnostics.Error("PINE1003", Here, "Indentation matches no enclosing block.");
            _indents.Push(columns);
            Add(TokenKind.Indent, "");
        }
    }

    private void NextLine()
    {
        if (source[_at] == '\r' && _at + 1 < source.Length && source[_at + 1] == '\n') _at++;
        _at++;
        _line++;
        _lineStart = _at;
    }

    private void SkipBlanks()
    {
        while (_at < source.Length)
        {
            if (source[_at] is ' ' or '\t' or '\u00a0' or '\ufeff') _at++;
            else if (source[_at] == '/' && _at + 1 < source.Length && source[_at + 1] == '/') SkipComment();
            else return;
        }
    }

    private void SkipComment()
    {
        var pos = Here;
        int start = _at;
        while (_at < source.Length && source[_at] is not ('\n' or '\r')) _at++;
        var text = source.AsSpan(start + 2, _at - start - 2).Trim();
        if (Version != 0 || !text.StartsWith("@version")) return;
        text = text["@version".Length..].Trim();
        if (text.StartsWith("=") && int.TryParse(text[1..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int version) && version > 0)
            (Version, VersionPos) = (version, pos);
        else
            diagnostics.Error("PINE1001", pos, "The version annotation must read //@version=5 or //@version=6.");
    }

    private void Add(TokenKind kind, string text, double number = 0, Pos? pos = null) => _tokens.Add(new Token(kind, text, number, pos ?? Here));

    private void ReadToken(char c)
    {
        if (char.IsLetter(c) || c == '_') ReadName();
        else if (char.IsAsciiDigit(c) || (c == '.' && _at + 1 < source.Length && char.IsAsciiDigit(source[_at + 1]))) ReadNumber();
        else if (c is '"' or '\'') ReadString(c);
        else if (c == '#') ReadColor();
        else ReadOperator();
    }

    private void ReadName()
    {
        var pos = Here;
        int start = _at;
        while (_at < source.Length && (char.IsLetterOrDigit(source[_at]) || source[_at] == '_')) _at++;
        Add(TokenKind.Name, source[start.._at], 0, pos);
    }

    private void ReadNumber()
    {
        var pos = Here;
        int start = _at;
        bool isFloat = false;
        while (_at < source.Length && char.IsAsciiDigit(source[_at])) _at++;
        if (_at < source.Length && source[_at] == '.')
        {
            isFloat = true;
            _at++;
            while (_at < source.Length && char.IsAsciiDigit(source[_at])) _at++;
        }
        if (_at < source.Length && source[_at] is 'e' or 'E')
        {
            int digits = _at + 1;
            if (digits < source.Length && source[digits] is '+' or '-') digits++;
            if (digits < source.Length && char.IsAsciiDigit(source[digits]))
            {
                isFloat = true;
                _at = digits;
                while (_at < source.Length && char.IsAsciiDigit(source[_at])) _at++;
            }
        }
        double value = double.Parse(source.AsSpan(start, _at - start), NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsFinite(value) || (!isFloat && value > long.MaxValue))
        {
            diagnostics.Error("PINE1004", pos, $"The number {(_at - start > 40 ? source[start..(start + 40)] + "…" : source[start.._at])} is too large.");
            value = 0;
        }
        Add(isFloat ? TokenKind.Float : TokenKind.Int, source[start.._at], value, pos);
    }

    private void ReadString(char quote)
    {
        var pos = Here;
        var text = new StringBuilder();
        _at++;
        while (true)
        {
            if (_at >= source.Length || source[_at] is '\n' or '\r')
            {
                if (WrapsString(quote))
                {
                    // Each wrapped line adds one space, however far it is indented.
                    NextLine();
                    while (source[_at] is ' ' or '\t') _at++;
                    text.Append(' ');
                    continue;
                }
                diagnostics.Error("PINE1005", pos, "The string is not closed on its line.");
                break;
            }
            char c = source[_at++];
            if (c == quote) break;
            if (c == '\\' && _at < source.Length && source[_at] is not ('\n' or '\r'))
            {
                char escaped = source[_at++];
                text.Append(escaped switch { 'n' => '\n', 't' => '\t', 'r' => '\r', _ => escaped });
                continue;
            }
            text.Append(c);
        }
        Add(TokenKind.String, text.ToString(), 0, pos);
    }

    /// <summary>Whether the string that the line's end interrupts goes on, and ends, on lines indented as continued ones are.</summary>
    private bool WrapsString(char quote)
    {
        int at = _at;
        while (at < source.Length)
        {
            at += source[at] == '\r' && at + 1 < source.Length && source[at + 1] == '\n' ? 2 : 1;
            int columns = 0;
            for (; at < source.Length && source[at] is ' ' or '\t'; at++) columns += source[at] == '\t' ? IndentColumns : 1;
            if (columns == 0 || (_brackets == 0 && columns % IndentColumns == 0)) return false;
            for (; at < source.Length && source[at] is not ('\n' or '\r'); at++)
            {
                if (source[at] == quote) return true;
                if (source[at] == '\\') at++;
            }
        }
        return false;
    }

    private void ReadColor()
    {
        var pos = Here;
        int start = ++_at;
        while (_at < source.Length && char.IsAsciiHexDigit(source[_at])) _at++;
        int digits = _at - start;
        if (digits is not (6 or 8))
        {
            diagnostics.Error("PINE1006", pos, "A colour literal is # and six or eight hexadecimal digits.");
            Add(TokenKind.Color, "#000000", ColorValue.Pack(0, 0, 0, 255), pos);
            return;
        }
        uint value = uint.Parse(source.AsSpan(start, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (digits == 6) value = (value << 8) | 0xff;
        Add(TokenKind.Color, source[(start - 1).._at], value, pos);
    }

    private void ReadOperator()
    {
        var pos = Here;
        foreach (var op in Operators)
        {
            if (!Match(op)) continue;
            _at += op.Length;
            if (op is "(" or "[") _brackets++;
            else if (op is ")" or "]" && _brackets > 0) _brackets--;
            Add(TokenKind.Operator, op, 0, pos);
            return;
        }
        int length = char.IsSurrogatePair(source, _at) ? 2 : 1;
        diagnostics.Error("PINE1007", pos, $"Unexpected character '{source.AsSpan(_at, length)}'.");
        _at += length;
    }
}
