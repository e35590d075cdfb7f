namespace ActorTrading.Api.Conventions;

/// <summary>How the body of an endpoint is described that reads it by itself: what another endpoint takes, and some fields more.</summary>
/// <param name="like">A type that another endpoint takes as its body.</param>
/// <param name="more">The other fields, as properties.</param>
/// <param name="without">What this endpoint does not take of the first.</param>
internal sealed class BodyOf(Type like, Type more, params string[] without)
{
    public Type Like => like;

    public Type More => more;

    public IReadOnlyList<string> Without => without;
}
