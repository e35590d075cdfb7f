namespace ActorTrading.Pine.Syntax;

internal sealed partial class Parser
{
    private Expr ParseExpression()
    {
        // A structure ends with its block: what stands on the next line is not an operator on its value.
        if (Current.Kind == TokenKind.Name && Current.Text is "if" or "switch" or "for" or "while") return ParseNamed(Current);
        Enter();
        var condition = ParseBinary(0);
        if (At("?"))
        {
            var pos = Next().Pos;
            var then = ParseExpression();
            Expect(":");
            var otherwise = ParseExpression();
            condition = Checked(new TernaryExpr(pos, condition, then, otherwise));
        }
        _nesting--;
        return condition;
    }

    private static int Precedence(in Token token) => token.Kind is not (TokenKind.Operator or TokenKind.Name) ? -1 : token.Text switch
    {
        "or" => 0,
        "and" => 1,
        "==" or "!=" => 2,
        "<" or ">" or "<=" or ">=" => 3,
        "+" or "-" => 4,
        "*" or "/" or "%" => 5,
        _ => -1,
    };

    private Expr ParseBinary(int minimum)
    {
        var left = ParseUnary();
        while (true)
        {
            var op = Current;
            int precedence = Precedence(op);
            if (precedence < minimum) return left;
            Next();
            var right = ParseBinary(precedence + 1);
            left = Checked(new BinaryExpr(op.Pos, op.Text, left, right));
        }
    }

    private Expr ParseUnary()
    {
        if (!At("-") && !At("+") && !At("not")) return ParsePostfix(ParsePrimary());
        var op = Next();
        Enter();
        var operand = op.Text == "not" ? ParseBinary(2) : ParseUnary();
        _nesting--;
        return Checked(new UnaryExpr(op.Pos, op.Text, operand));
    }

    private Expr ParsePostfix(Expr expr)
    {
        while (true)
        {
            if (At("."))
            {
                Next();
                if (Current.Kind != TokenKind.Name) throw Fail($"Mismatched input '{Current.Describe()}' expecting a name after '.'.");
                var name = Next();
                expr = Checked(new MemberExpr(expr.Pos, expr, name.Text, name.Pos));
            }
            else if (At("[") )
            {
                var pos = Next().Pos;
                var offset = ParseExpression();
                Expect("]");
                expr = Checked(new HistoryExpr(pos, expr, offset));
            }
            else if (At("("))
            {
                expr = ParseCall(expr, []);
            }
            else if (At("<") && expr is NameExpr or MemberExpr && TypeArgumentsFollow(_at))
            {
                var types = ParseTypeArguments();
                expr = ParseCall(expr, types);
            }
            else return expr;
        }
    }

    private CallExpr ParseCall(Expr callee, List<TypeSyntax> types)
    {
        Enter();
        Expect("(");
        var arguments = new List<Argument>();
        int depth = callee.Depth;
        while (!At(")"))
        {
            var pos = Current.Pos;
            string? name = null;
            if (Current.Kind == TokenKind.Name && PeekIs(1, "="))
            {
                name = Next().Text;
                Next();
            }
            var value = ParseExpression();
            depth = Math.Max(depth, value.Depth);
            arguments.Add(new Argument(name, value, pos));
            if (!At(")")) Expect(",");
        }
        Next();
        _nesting--;
        return Checked(new CallExpr(callee is MemberExpr member ? member.NamePos : callee.Pos, callee, types, arguments, depth + 1));
    }

    private Expr ParsePrimary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Int:
            case TokenKind.Float:
                Next();
                return new NumberExpr(token.Pos, token.Number, token.Kind == TokenKind.Int);
            case TokenKind.String:
                Next();
                return new StringExpr(token.Pos, token.Text);
            case TokenKind.Color:
                Next();
                return new ColorExpr(token.Pos, token.Number);
            case TokenKind.Name:
                return ParseNamed(token);
            case TokenKind.Operator when token.Text == "(":
                Next();
                var inner = ParseExpression();
                Expect(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                return ParseTuple();
            default:
                throw Fail(token.Kind is TokenKind.NewLine or TokenKind.End
                    ? "Mismatched input 'end of line' expecting an expression."
                    : $"Syntax error at input '{token.Describe()}'.");
        }
    }

    private Expr ParseNamed(in Token token)
    {
        switch (token.Text)
        {
            case "true" or "false":
                Next();
                return new BoolExpr(token.Pos, token.Text == "true");
            case "if":
                return ParseIf();
            case "switch":
                return ParseSwitch();
            case "for":
                return ParseFor();
            case "while":
                return ParseWhile();
        }
        if (Keywords.Contains(token.Text)) throw Fail($"Syntax error at input '{token.Text}'.");
        Next();
        return new NameExpr(token.Pos, token.Text);
    }

    private TupleExpr ParseTuple()
    {
        var pos = Next().Pos;
        var items = new List<Expr>();
        int depth = 0;
        while (!At("]"))
        {
            var item = ParseExpression();
            depth = Math.Max(depth, item.Depth);
            items.Add(item);
            if (!At("]")) Expect(",");
        }
        Next();
        if (items.Count == 0) throw Fail("A tuple needs at least one element.", pos: pos);
        return Checked(new TupleExpr(pos, items, depth + 1));
    }

    private IfExpr ParseIf()
    {
        var pos = Next().Pos;
        Enter();
        var condition = ParseExpression();
        var then = ParseBlock();
        Block? otherwise = null;
        if (AcceptElse())
        {
            if (At("if"))
            {
                var nested = ParseIf();
                otherwise = new Block(nested.Pos, [new ExprStmt(nested)]);
            }
            else otherwise = ParseBlock();
        }
        _nesting--;
        return new IfExpr(pos, condition, then, otherwise);
    }

    private SwitchExpr ParseSwitch()
    {
        var pos = Next().Pos;
        Enter();
        var subject = Current.Kind == TokenKind.NewLine ? null : ParseExpression();
        if (Current.Kind != TokenKind.NewLine || Peek(1).Kind != TokenKind.Indent) throw Fail($"Mismatched input '{Current.Describe()}' expecting the indented cases of 'switch'.", "PINE1012");
        Next();
        Next();
        var cases = new List<SwitchCase>();
        while (Current.Kind is not (TokenKind.Dedent or TokenKind.End))
        {
            var casePos = Current.Pos;
            var match = At("=>") ? null : ParseExpression();
            Expect("=>");
            cases.Add(new SwitchCase(match, ParseBlock(inline: true), casePos));
            if (Current.Kind == TokenKind.NewLine) Next();
            else if (Current.Kind != TokenKind.End && Peek(-1).Kind != TokenKind.Dedent && Current.Kind != TokenKind.Dedent) throw Fail($"Syntax error at input '{Current.Describe()}'.");
        }
        if (Current.Kind == TokenKind.Dedent) Next();
        _nesting--;
        return new SwitchExpr(pos, subject, cases);
    }

    private Expr ParseFor()
    {
        var pos = Next().Pos;
        Enter();
        Expr result;
        if (Accept("["))
        {
            var key = ExpectName("a variable name").Text;
            Expect(",");
            var item = ExpectName("a variable name").Text;
            Expect("]");
            Expect("in");
            var collection = ParseExpression();
            result = new ForInExpr(pos, key, item, collection, ParseBlock());
        }
        else
        {
            // "for int i = 0 to 9": the type says nothing new.
            if (Peek(1).Kind == TokenKind.Name && !PeekIs(1, "in")) ParseTypeSyntax();
            var variable = ExpectName("a variable name").Text;
            if (Accept("in"))
            {
                var collection = ParseExpression();
                result = new ForInExpr(pos, null, variable, collection, ParseBlock());
            }
            else
            {
                Expect("=");
                var from = ParseExpression();
                Expect("to");
                var to = ParseExpression();
                var by = Accept("by") ? ParseExpression() : null;
                result = new ForExpr(pos, variable, from, to, by, ParseBlock());
            }
        }
        _nesting--;
        return result;
    }

    private WhileExpr ParseWhile()
    {
        var pos = Next().Pos;
        Enter();
        var condition = ParseExpression();
        var body = ParseBlock();
        _nesting--;
        return new WhileExpr(pos, condition, body);
    }
}
