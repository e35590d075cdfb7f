namespace ActorTrading.Pine.Syntax;

/// <summary>A place in the source; both count from 1.</summary>
internal readonly record struct Pos(int Line, int Column);

internal enum TokenKind : byte
{
    End, NewLine, Indent, Dedent, Name, Int, Float, String, Color, Operator,
}

/// <summary><see cref="Text"/> is the name, the operator, or the decoded string; numbers and colours are in <see cref="Number"/>.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, double Number, Pos Pos)
{
    public bool Is(string text) => Text == text && Kind is TokenKind.Operator or TokenKind.Name && Text == text;

    public string Describe() => Kind switch
    {
        TokenKind.End => "end of script",
        TokenKind.NewLine => "end of line",
        TokenKind.Indent => "indentation",
        TokenKind.Dedent => "end of block",
        TokenKind.String => $"\"{Text}\"",
        _ => Text,
    };
}
