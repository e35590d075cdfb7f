using System.Text.Json;

namespace ActorTrading.Api.Conventions;

/// <summary>A change whose body has the fields of what it changes: one that is left out stays, and null makes it what it is where nobody gives it.</summary>
internal static class GivenFields
{
    /// <param name="body">A JSON object. What is inside a field is taken whole.</param>
    public static T ApplyTo<T>(JsonElement body, T there) where T : class
    {
        var fields = ApiJson.Options.GetTypeInfo(typeof(T)).Properties.Where(field => !field.IsExtensionData).ToList();
        // Of a field that is not known the null stays, so that a misspelt one is noticed. As it was written: what is wrong in it is told by reading it.
        var given = body.EnumerateObject().Where(one => one.Value.ValueKind != JsonValueKind.Null || !fields.Exists(field => one.NameEquals(field.Name)));
        var changed = JsonSerializer.Deserialize<T>($"{{{string.Join(',', given)}}}", ApiJson.Options)!;
        foreach (var field in fields.Where(field => !body.TryGetProperty(field.Name, out _)))
            field.Set!(changed, field.Get!(there));
        return changed;
    }
}
