using ActorTrading.Pine.Library;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine.Builtins.Bindings;

/// <summary>Figures of a company or contract, where the symbol comes with them: na for all others, as for currency pairs on TradingView.</summary>
internal static class FactBindings
{
    private static double Fact(ScriptContext context, string name) => context.Symbol.Facts.GetValueOrDefault(name, double.NaN);

    [PineName("syminfo.isin")] public static string Isin(ScriptContext context) => context.Symbol.Isin;
    [PineName("syminfo.current_contract")] public static string CurrentContract(ScriptContext context) => context.Symbol.CurrentContract;
    [PineName("syminfo.employees")] public static double Employees(ScriptContext context) => Fact(context, "syminfo.employees");
    [PineName("syminfo.expiration_date")] public static double ExpirationDate(ScriptContext context) => Fact(context, "syminfo.expiration_date");
    [PineName("syminfo.shareholders")] public static double Shareholders(ScriptContext context) => Fact(context, "syminfo.shareholders");
    [PineName("syminfo.shares_outstanding_float")] public static double SharesOutstandingFloat(ScriptContext context) => Fact(context, "syminfo.shares_outstanding_float");
    [PineName("syminfo.shares_outstanding_total")] public static double SharesOutstandingTotal(ScriptContext context) => Fact(context, "syminfo.shares_outstanding_total");
    [PineName("syminfo.recommendations_buy")] public static double RecommendationsBuy(ScriptContext context) => Fact(context, "syminfo.recommendations_buy");
    [PineName("syminfo.recommendations_buy_strong")] public static double RecommendationsBuyStrong(ScriptContext context) => Fact(context, "syminfo.recommendations_buy_strong");
    [PineName("syminfo.recommendations_date")] public static double RecommendationsDate(ScriptContext context) => Fact(context, "syminfo.recommendations_date");
    [PineName("syminfo.recommendations_hold")] public static double RecommendationsHold(ScriptContext context) => Fact(context, "syminfo.recommendations_hold");
    [PineName("syminfo.recommendations_sell")] public static double RecommendationsSell(ScriptContext context) => Fact(context, "syminfo.recommendations_sell");
    [PineName("syminfo.recommendations_sell_strong")] public static double RecommendationsSellStrong(ScriptContext context) => Fact(context, "syminfo.recommendations_sell_strong");
    [PineName("syminfo.recommendations_total")] public static double RecommendationsTotal(ScriptContext context) => Fact(context, "syminfo.recommendations_total");
    [PineName("syminfo.target_price_average")] public static double TargetPriceAverage(ScriptContext context) => Fact(context, "syminfo.target_price_average");
    [PineName("syminfo.target_price_date")] public static double TargetPriceDate(ScriptContext context) => Fact(context, "syminfo.target_price_date");
    [PineName("syminfo.target_price_estimates")] public static double TargetPriceEstimates(ScriptContext context) => Fact(context, "syminfo.target_price_estimates");
    [PineName("syminfo.target_price_high")] public static double TargetPriceHigh(ScriptContext context) => Fact(context, "syminfo.target_price_high");
    [PineName("syminfo.target_price_low")] public static double TargetPriceLow(ScriptContext context) => Fact(context, "syminfo.target_price_low");
    [PineName("syminfo.target_price_median")] public static double TargetPriceMedian(ScriptContext context) => Fact(context, "syminfo.target_price_median");
    [PineName("dividends.future_amount")] public static double DividendsFutureAmount(ScriptContext context) => Fact(context, "dividends.future_amount");
    [PineName("dividends.future_ex_date")] public static double DividendsFutureExDate(ScriptContext context) => Fact(context, "dividends.future_ex_date");
    [PineName("dividends.future_pay_date")] public static double DividendsFuturePayDate(ScriptContext context) => Fact(context, "dividends.future_pay_date");
    [PineName("earnings.future_eps")] public static double EarningsFutureEps(ScriptContext context) => Fact(context, "earnings.future_eps");
    [PineName("earnings.future_period_end_time")] public static double EarningsFuturePeriodEndTime(ScriptContext context) => Fact(context, "earnings.future_period_end_time");
    [PineName("earnings.future_revenue")] public static double EarningsFutureRevenue(ScriptContext context) => Fact(context, "earnings.future_revenue");
    [PineName("earnings.future_time")] public static double EarningsFutureTime(ScriptContext context) => Fact(context, "earnings.future_time");
}
