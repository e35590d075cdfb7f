namespace ActorTrading.Domain;

/// <summary>What is wrong with one field of a request.</summary>
/// <param name="Field">The field's JSON path, e.g. <c>sizing.value</c>.</param>
/// <param name="Code">Stable UPPER_SNAKE code.</param>
/// <param name="Message">The value found and what would be right.</param>
public sealed record FieldError(string Field, string Code, string Message);
