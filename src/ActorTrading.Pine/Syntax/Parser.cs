namespace ActorTrading.Pine.Syntax;

/// <summary>A script or library as written.</summary>
internal sealed record SyntaxTree(int Version, Pos VersionPos, List<Stmt> Statements);

/// <summary>
/// Recursive descent over the tokens. An error is reported once, the rest of its line and the block below it are skipped, and parsing goes on.
/// Nesting is bounded, so no source can exhaust the stack here or, by <see cref="Expr.Depth"/>, in a later pass.
/// </summary>
internal sealed partial class Parser(List<Token> tokens, DiagnosticBag diagnostics)
{
    private const int MaxNesting = 200;
    private const int MaxDepth = 600;
    private static readonly HashSet<string> Keywords = ["if", "else", "for", "while", "switch", "var", "varip", "import", "export", "and", "or", "not",
        "true", "false", "break", "continue"];
    private int _at, _nesting;

    private sealed class SyntaxException : Exception;

    public static SyntaxTree Parse(string source, DiagnosticBag diagnostics)
    {
        var lexer = new Lexer(source, diagnostics);
        var tokens = lexer.Run();
        var parser = new Parser(tokens, diagnostics);
        return new SyntaxTree(lexer.Version, lexer.VersionPos, parser.ParseScript());
    }

    private Token Current => tokens[_at];

    private Token Peek(int offset) => tokens[Math.Min(_at + offset, tokens.Count - 1)];

    private Token Next() => tokens[_at < tokens.Count - 1 ? _at++ : _at];

    private bool At(string text) => Current.Kind is TokenKind.Operator or TokenKind.Name && Current.Text == text;

    private bool PeekIs(int offset, string text)
    {
        var token = Peek(offset);
        return token.Kind is TokenKind.Operator or TokenKind.Name && token.Text == text;
    }

    private bool Accept(string text)
    {
        if (!At(text)) return false;
        Next();
        return true;
    }

    private void Expect(string text)
    {
        if (!Accept(text)) throw Fail($"Mismatched input '{Current.Describe()}' expecting '{text}'.");
    }

    private Token ExpectName(string what)
    {
        if (Current.Kind != TokenKind.Name || Keywords.Contains(Current.Text)) throw Fail($"Mismatched input '{Current.Describe()}' expecting {what}.");
        return Next();
    }

    private SyntaxException Fail(string message, string code = "PINE1010", Pos? pos = null)
    {
        diagnostics.Error(code, pos ?? Current.Pos, message);
        return new SyntaxException();
    }

    private void Enter()
    {
        if (++_nesting > MaxNesting) throw Fail($"The script is nested more than {MaxNesting} levels deep here.", "PINE4001");
    }

    private T Checked<T>(T expr) where T : Expr =>
        expr.Depth > MaxDepth ? throw Fail($"The expression is more than {MaxDepth} levels deep: split it up with variables.", "PINE4002", expr.Pos) : expr;

    private List<Stmt> ParseScript()
    {
        var statements = new List<Stmt>();
        while (Current.Kind != TokenKind.End) ParseLine(statements);
        return statements;
    }

    /// <summary>One line of statements, separated by commas, with the blocks that belong to it.</summary>
    private void ParseLine(List<Stmt> into)
    {
        int nesting = _nesting;
        try
        {
            if (Current.Kind == TokenKind.Indent) throw Fail("Unexpected indentation: this line belongs to no block. A continued line is indented by no multiple of four spaces.", "PINE1011");
            if (Current.Kind is TokenKind.NewLine or TokenKind.Dedent)
            {
                Next();
                return;
            }
            do
            {
                int before = _at;
                into.Add(ParseStatement());
                if (_at == before) throw Fail($"Syntax error at input '{Current.Describe()}'.");
            }
            while (Accept(","));
            EndOfLine();
        }
        catch (SyntaxException)
        {
            _nesting = nesting;
            SkipStatement();
        }
    }

    private void EndOfLine()
    {
        if (Current.Kind == TokenKind.NewLine)
        {
            Next();
            return;
        }
        // After a block the dedent has already ended the line.
        if (Current.Kind is TokenKind.End or TokenKind.Dedent || Peek(-1).Kind == TokenKind.Dedent) return;
        throw Fail(Current.Kind == TokenKind.Indent ? "Unexpected indentation: this line belongs to no block." : $"Syntax error at input '{Current.Describe()}': end of line without line continuation expected.");
    }

    private void SkipStatement()
    {
        int depth = 0;
        while (Current.Kind != TokenKind.End)
        {
            var kind = Current.Kind;
            if (kind == TokenKind.Dedent && depth == 0) return;
            Next();
            if (kind == TokenKind.Indent) depth++;
            else if (kind == TokenKind.Dedent) depth--;
            if (depth == 0 && kind is TokenKind.NewLine or TokenKind.Dedent && depth == 0 && Current.Kind != TokenKind.Indent) return;
        }
    }

    /// <param name="inline">Whether statements may follow on the same line, as after "=>".</param>
    private Block ParseBlock(bool inline = false)
    {
        var pos = Current.Pos;
        Enter();
        var statements = new List<Stmt>();
        if (inline && Current.Kind != TokenKind.NewLine)
        {
            do statements.Add(ParseStatement());
            while (Accept(","));
            // The end of the line also ends the statement that owns this block.
        }
        else
        {
            Next();
            if (Current.Kind != TokenKind.Indent) throw Fail($"Mismatched input '{Current.Describe()}' expecting an indented block.", "PINE1012", Peek(-1).Pos);
            Next();
            while (Current.Kind is not (TokenKind.Dedent or TokenKind.End)) ParseLine(statements);
            if (Current.Kind == TokenKind.Dedent) Next();
        }
        _nesting--;
        return new Block(pos, statements);
    }

    /// <summary>Steps over the line end before else when a one-line block has left it standing.</summary>
    private bool AcceptElse()
    {
        if (At("else"))
        {
            Next();
            return true;
        }
        if (Current.Kind == TokenKind.NewLine && PeekIs(1, "else"))
        {
            Next();
            Next();
            return true;
        }
        return false;
    }
}
