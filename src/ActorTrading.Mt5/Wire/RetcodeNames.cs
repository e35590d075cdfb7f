using System.Text;
using ActorTrading.Domain;

namespace ActorTrading.Mt5.Wire;

/// <summary>TRADE_RETCODE_* names, as the terminal writes them.</summary>
public static class RetcodeNames
{
    private static readonly Dictionary<Retcode, string> Names = Enum.GetValues<Retcode>().ToDictionary(r => r, Build);

    public static string Of(Retcode retcode) =>
        Names.TryGetValue(retcode, out var name) ? name : $"TRADE_RETCODE_{(int)retcode}";

    private static string Build(Retcode retcode)
    {
        var text = new StringBuilder("TRADE_RETCODE");
        foreach (var c in retcode.ToString())
        {
            if (char.IsUpper(c))
                text.Append('_');
            text.Append(char.ToUpperInvariant(c));
        }
        return text.ToString();
    }
}
