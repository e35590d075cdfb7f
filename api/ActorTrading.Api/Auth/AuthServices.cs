using ActorTrading.Api.Auth.Tokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace ActorTrading.Api.Auth;

/// <summary>Authentication and what tokens allow.</summary>
public static class AuthServices
{
    public static IServiceCollection AddTradingAuth(this IServiceCollection services, AuthOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(_ => options.CreateKeyRing());
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<SecondFactor>();
        services.AddSingleton<UserGate>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<Admission>();
        services.AddSingleton<SignIn>();
        services.AddSingleton<PasswordReset>();
        services.AddSingleton<IAccountMail, OutboxMail>();
        services.AddAuthentication(AuthSchemeHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, AuthSchemeHandler>(AuthSchemeHandler.SchemeName, null);
        var policies = services.AddAuthorizationBuilder();
        foreach (var scope in AuthScopes.Session)
            policies.AddPolicy(scope, policy => policy.RequireAuthenticatedUser().RequireClaim(AuthScopes.ClaimType, scope));
        policies.SetDefaultPolicy(new Microsoft.AspNetCore.Authorization.AuthorizationPolicyBuilder()
            .RequireAuthenticatedUser().RequireClaim(AuthScopes.ClaimType, AuthScopes.Read).Build());
        return services;
    }
}
