namespace ActorTrading.Pine.Syntax;

internal sealed partial class Parser
{
    private static readonly HashSet<string> Qualifiers = ["const", "input", "simple", "series"];

    private Stmt ParseStatement()
    {
        var token = Current;
        if (token.Kind == TokenKind.Name)
        {
            switch (token.Text)
            {
                case "import":
                    return ParseImport();
                case "break":
                    Next();
                    return new BreakStmt(token.Pos);
                case "continue":
                    Next();
                    return new ContinueStmt(token.Pos);
                case "export":
                    Next();
                    return ParseExported(token.Pos);
                case "type" when Peek(1).Kind == TokenKind.Name && Peek(2).Kind == TokenKind.NewLine:
                    return ParseType(token.Pos, false);
                case "enum" when Peek(1).Kind == TokenKind.Name && Peek(2).Kind == TokenKind.NewLine:
                    return ParseEnum(token.Pos, false);
                case "method" when Peek(1).Kind == TokenKind.Name && PeekIs(2, "("):
                    Next();
                    return ParseFunction(token.Pos, true, false);
                case "var" or "varip":
                    Next();
                    return ParseDeclaration(token.Pos, token.Text == "var" ? DeclMode.Var : DeclMode.Varip, false);
            }
            if (PeekIs(1, "(") && FunctionFollows()) return ParseFunction(token.Pos, false, false);
            if (DeclarationFollows()) return ParseDeclaration(token.Pos, DeclMode.Plain, false);
        }
        else if (token.Text == "[" && token.Kind == TokenKind.Operator && TupleDeclarationFollows()) return ParseTupleDeclaration();
        var expr = ParseExpression();
        return AssignmentOperator() is { } op ? ParseAssignment(expr, op) : new ExprStmt(expr);
    }

    private Stmt ParseExported(Pos pos)
    {
        if (At("type") && Peek(1).Kind == TokenKind.Name) return ParseType(pos, true);
        if (At("enum") && Peek(1).Kind == TokenKind.Name) return ParseEnum(pos, true);
        if (At("method") && Peek(1).Kind == TokenKind.Name && PeekIs(2, "("))
        {
            Next();
            return ParseFunction(pos, true, true);
        }
        return Current.Kind == TokenKind.Name && PeekIs(1, "(") ? ParseFunction(pos, false, true) : ParseDeclaration(pos, DeclMode.Plain, true);
    }

    private string? AssignmentOperator() => Current.Kind == TokenKind.Operator && Current.Text is ":=" or "+=" or "-=" or "*=" or "/=" or "%=" ? Current.Text : null;

    private AssignStmt ParseAssignment(Expr target, string op)
    {
        var pos = Next().Pos;
        if (target is not (NameExpr or MemberExpr)) throw Fail("Only a variable or an object's field can be assigned to.", "PINE1013", target.Pos);
        return new AssignStmt(pos, target, op, ParseExpression());
    }

    private ImportStmt ParseImport()
    {
        var pos = Next().Pos;
        var path = ExpectName("a user name").Text;
        Expect("/");
        var library = ExpectName("a library name").Text;
        Expect("/");
        if (Current.Kind != TokenKind.Int) throw Fail($"Mismatched input '{Current.Describe()}' expecting the library's version number.");
        var version = Next().Text;
        var alias = Accept("as") ? ExpectName("an alias").Text : library;
        return new ImportStmt(pos, $"{path}/{library}/{version}", alias);
    }

    private TypeDecl ParseType(Pos pos, bool exported)
    {
        Next();
        var name = ExpectName("a type name").Text;
        var fields = new List<FieldSyntax>();
        foreach (var _ in IndentedLines())
        {
            bool varip = At("varip") && Peek(1).Kind == TokenKind.Name;
            if (varip) Next();
            var type = ParseTypeSyntax();
            var field = ExpectName("a field name");
            fields.Add(new FieldSyntax(field.Text, field.Pos, type, Accept("=") ? ParseExpression() : null, varip));
        }
        if (fields.Count == 0) throw Fail($"Type '{name}' needs at least one field.", pos: pos);
        return new TypeDecl(pos, name, exported, fields);
    }

    private EnumDecl ParseEnum(Pos pos, bool exported)
    {
        Next();
        var name = ExpectName("an enum name").Text;
        var members = new List<(string, string)>();
        foreach (var _ in IndentedLines())
        {
            var member = ExpectName("a member name").Text;
            var title = member;
            if (Accept("="))
            {
                if (Current.Kind != TokenKind.String) throw Fail("An enum member's title is a literal string.");
                title = Next().Text;
            }
            if (members.Exists(m => m.Item1 == member)) throw Fail($"'{member}' is already a member of enum '{name}'.");
            members.Add((member, title));
        }
        if (members.Count == 0) throw Fail($"Enum '{name}' needs at least one member.", pos: pos);
        return new EnumDecl(pos, name, exported, members);
    }

    private IEnumerable<int> IndentedLines()
    {
        if (Current.Kind != TokenKind.NewLine || Peek(1).Kind != TokenKind.Indent) throw Fail($"Mismatched input '{Current.Describe()}' expecting an indented block.", "PINE1012");
        Next();
        Next();
        for (int i = 0; Current.Kind is not (TokenKind.Dedent or TokenKind.End); i++)
        {
            yield return i;
            if (Current.Kind == TokenKind.NewLine) Next();
            else if (Current.Kind is not (TokenKind.Dedent or TokenKind.End)) throw Fail($"Syntax error at input '{Current.Describe()}'.");
        }
        if (Current.Kind == TokenKind.Dedent) Next();
    }

    private DeclStmt ParseDeclaration(Pos pos, DeclMode mode, bool exported)
    {
        string? qualifier = null;
        if (Qualifiers.Contains(Current.Text) && Peek(1).Kind == TokenKind.Name) qualifier = Next().Text;
        // "const x = 1" has a qualifier and no type; "float x = 1" has both words as type and name.
        var type = PeekIs(1, "=") ? null : ParseTypeSyntax();
        var name = ExpectName("a variable name");
        Expect("=");
        return new DeclStmt(pos, mode, qualifier, type, name.Text, name.Pos, ParseExpression()) { Exported = exported };
    }

    private TupleDeclStmt ParseTupleDeclaration()
    {
        var pos = Next().Pos;
        var names = new List<(string, Pos)>();
        do
        {
            var name = ExpectName("a variable name");
            names.Add((name.Text, name.Pos));
        }
        while (Accept(","));
        Expect("]");
        Expect("=");
        return new TupleDeclStmt(pos, names, ParseExpression());
    }

    private FunctionDecl ParseFunction(Pos pos, bool isMethod, bool exported)
    {
        var name = ExpectName("a function name");
        Expect("(");
        var parameters = new List<ParameterSyntax>();
        while (!At(")"))
        {
            parameters.Add(ParseParameter());
            if (!At(")")) Expect(",");
        }
        Next();
        Expect("=>");
        return new FunctionDecl(pos, name.Text, name.Pos, isMethod, exported, parameters, ParseBlock(inline: true));
    }

    private ParameterSyntax ParseParameter()
    {
        string? qualifier = null;
        if (Qualifiers.Contains(Current.Text) && Peek(1).Kind == TokenKind.Name) qualifier = Next().Text;
        TypeSyntax? type = null;
        if (!(PeekIs(1, ",") || PeekIs(1, ")") || PeekIs(1, "="))) type = ParseTypeSyntax();
        var name = ExpectName("a parameter name");
        return new ParameterSyntax(name.Text, name.Pos, qualifier, type, Accept("=") ? ParseExpression() : null);
    }

    private TypeSyntax ParseTypeSyntax()
    {
        Enter();
        var first = ExpectName("a type");
        var name = first.Text;
        if (At(".") && Peek(1).Kind == TokenKind.Name)
        {
            Next();
            name += "." + Next().Text;
        }
        var arguments = At("<") ? ParseTypeArguments() : [];
        bool isArray = false;
        if (At("[") && PeekIs(1, "]"))
        {
            Next();
            Next();
            isArray = true;
        }
        _nesting--;
        return new TypeSyntax(first.Pos, name, arguments, isArray);
    }

    private List<TypeSyntax> ParseTypeArguments()
    {
        Expect("<");
        var arguments = new List<TypeSyntax>();
        do arguments.Add(ParseTypeSyntax());
        while (Accept(","));
        Expect(">");
        return arguments;
    }

    // Lookahead over tokens, without building anything.

    /// <summary>Index after the type that starts at <paramref name="at"/>, or -1.</summary>
    private int SkipType(int at, int nesting = 0) => SkipType(at, nesting, at + MaxTypeTokens);

    private const int MaxTypeTokens = 200;

    private int SkipType(int at, int nesting, int end)
    {
        if (nesting > 20 || at >= end || at >= tokens.Count || tokens[at].Kind != TokenKind.Name || Keywords.Contains(tokens[at].Text)) return -1;
        at++;
        if (tokens[at].Is(".") && at + 1 < tokens.Count && tokens[at + 1].Kind == TokenKind.Name) at += 2;
        if (tokens[at].Is("<"))
        {
            do
            {
                at = SkipType(at + 1, nesting + 1, end);
                if (at < 0) return -1;
            }
            while (tokens[at].Is(","));
            if (!tokens[at].Is(">")) return -1;
            at++;
        }
        if (tokens[at].Is("[") && tokens[at + 1].Is("]")) at += 2;
        return at;
    }

    /// <summary>Whether "&lt; type, … &gt; (" starts at <paramref name="at"/>.</summary>
    private bool TypeArgumentsFollow(int at)
    {
        int end = at + MaxTypeTokens;
        do
        {
            at = SkipType(at + 1, 0, end);
            if (at < 0) return false;
        }
        while (tokens[at].Is(","));
        return tokens[at].Is(">") && tokens[at + 1].Is("(");
    }

    private bool DeclarationFollows()
    {
        if (PeekIs(1, "=")) return true;
        int at = _at;
        if (Qualifiers.Contains(tokens[at].Text) && tokens[at + 1].Kind == TokenKind.Name)
        {
            at++;
            if (tokens[at + 1].Is("=")) return true;
        }
        at = SkipType(at);
        return at > 0 && tokens[at].Kind == TokenKind.Name && !Keywords.Contains(tokens[at].Text) && tokens[at + 1].Is("=");
    }

    /// <summary>Whether a parenthesised list from the next token on is followed by "=>".</summary>
    private bool FunctionFollows()
    {
        int depth = 0;
        for (int at = _at + 1; at < tokens.Count; at++)
        {
            var token = tokens[at];
            if (token.Kind is TokenKind.NewLine or TokenKind.End) return false;
            if (token.Kind != TokenKind.Operator) continue;
            if (token.Text is "(" or "[") depth++;
            else if (token.Text is ")" or "]" && --depth == 0) return tokens[at + 1].Is("=>");
        }
        return false;
    }

    private bool TupleDeclarationFollows()
    {
        int at = _at + 1;
        while (tokens[at].Kind == TokenKind.Name && tokens[at + 1].Is(",")) at += 2;
        return tokens[at].Kind == TokenKind.Name && tokens[at + 1].Is("]") && tokens[at + 2].Is("=");
    }
}
