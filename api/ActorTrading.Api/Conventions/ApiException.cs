using System.Collections.Immutable;

namespace ActorTrading.Api.Conventions;

/// <summary>A refusal that the caller can act on; the pipeline writes it as <c>application/problem+json</c>.</summary>
/// <param name="status">HTTP status, 400 to 599.</param>
/// <param name="code">Stable UPPER_SNAKE code.</param>
/// <param name="detail">What was wrong, with the value, and what would be right. Goes to the client as it is.</param>
public sealed class ApiException(int status, string code, string detail) : Exception(detail)
{
    public int Status => status;

    public string Code => code;

    /// <summary>What was wrong with each field of the request, by its JSON path.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> Errors { get; init; } = ImmutableDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>A member of the problem document besides the usual ones: a script's <c>diagnostics</c>, say.</summary>
    public (string Name, object Value)? Extension { get; init; }

    /// <summary>Sent as <c>Retry-After</c>, whole seconds rounded up.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static ApiException BadField(string field, string message) => new(400, ProblemCodes.ValidationFailed, $"{field}: {message}")
    {
        Errors = ImmutableDictionary<string, ImmutableArray<string>>.Empty.Add(field, [message]),
    };

    /// <summary>The answer both to an id that does not exist and to one of somebody else, so that ids cannot be probed.</summary>
    public static ApiException NotFound(string what, object id) => new(404, ProblemCodes.NotFound, $"There is no {what} {id}.");
}
