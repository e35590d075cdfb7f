namespace ActorTrading.Api.Conventions;

/// <summary>How the body of an endpoint is described that reads it by itself: what another endpoint takes, and some fields more.</summary>
/// <param name="Like">A type that another endpoint takes as its body.</param>
/// <param name="More">The other fields, as properties.</param>
/// <param name="Without">What this endpoint does not take of the first.</param>
internal sealed record BodyOf(Type Like, Type More, params string[] Without);
