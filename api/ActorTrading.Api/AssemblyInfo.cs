using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("ActorTrading.Api.Tests")]
