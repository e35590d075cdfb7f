using ActorTrading.Api.Conventions;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ActorTrading.Api.Auth;

/// <summary>
/// Hashes and checks passwords: PBKDF2-HMAC-SHA512 with a random salt, in the framework's versioned format. At most one hash a
/// core at a time, and a short queue: a flood of logins must not take the cores from the quotes.
/// </summary>
public sealed class Passwords : IDisposable
{
    public const int ShortestLength = 10;
    public const int LongestLength = 256;
    private const int QueueMax = 64;

    private readonly PasswordHasher<Passwords> _hasher;
    private readonly SemaphoreSlim _cores = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly string _nobodysHash;
    private int _waiting;

    public Passwords(AuthOptions options)
    {
        _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = options.PasswordIterations }));
        _nobodysHash = _hasher.HashPassword(this, Guid.Empty.ToString());
    }

    public Task<string> HashAsync(string password, CancellationToken cancel) => OnACoreAsync(() => _hasher.HashPassword(this, password), cancel);

    /// <param name="hash">Null where there is no such user, and no hash at all where nobody may sign in as that one: the same work is done, so that the time taken tells nothing.</param>
    public async Task<PasswordCheck> CheckAsync(string? hash, string password, CancellationToken cancel)
    {
        if (hash is not null && !Convert.TryFromBase64String(hash, new byte[hash.Length], out _))
            hash = null;
        var result = await OnACoreAsync(() => _hasher.VerifyHashedPassword(this, hash ?? _nobodysHash, password), cancel);
        return hash is null ? PasswordCheck.Wrong : result switch
        {
            PasswordVerificationResult.Success => PasswordCheck.Right,
            PasswordVerificationResult.SuccessRehashNeeded => PasswordCheck.RightButOld,
            _ => PasswordCheck.Wrong,
        };
    }

    private async Task<T> OnACoreAsync<T>(Func<T> work, CancellationToken cancel)
    {
        if (Interlocked.Increment(ref _waiting) > QueueMax)
        {
            Interlocked.Decrement(ref _waiting);
            throw new ApiException(503, ProblemCodes.Unavailable, "Too many people are signing in just now.") { RetryAfter = TimeSpan.FromSeconds(2) };
        }
        try
        {
            await _cores.WaitAsync(cancel);
            try
            {
                return await Task.Run(work, cancel);
            }
            finally
            {
                _cores.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose() => _cores.Dispose();
}

public enum PasswordCheck { Wrong, Right, RightButOld }
