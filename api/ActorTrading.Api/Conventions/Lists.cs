using System.Text.Json.Serialization;
using ActorTrading.Postgres;

namespace ActorTrading.Api.Conventions;

/// <summary>One page of a list.</summary>
/// <param name="Next">Ask with this as <c>cursor</c> for the next page; null at the end.</param>
public sealed record ListOf<T>(IReadOnlyList<T> Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

public static class ListOf
{
    public static ListOf<TView> From<T, TView>(Page<T> page, Func<T, TView> view) => new([.. page.Items.Select(view)], page.Next);

    public static ListOf<T> Whole<T>(IReadOnlyList<T> items) => new(items, null);
}
