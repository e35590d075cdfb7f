using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ActorTrading.SystemTests;

/// <summary>A user of the API, over HTTP like any other.</summary>
/// <param name="port">Where the API is, on this machine.</param>
/// <param name="tail">What the program said last; for a failing test's message.</param>
public sealed class ApiClient(int port, Func<string> tail) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(60) };
    private string? _credentials;

    public string? Token { get; private set; }

    public string Tail() => tail();

    public async Task RegisterAsync(string username)
    {
        _credentials = username;
        var answer = await PostAsync("/api/v1/auth/register", new { username, email = $"{username}@example.invalid", password = "a long password" });
        Use((string)answer["accessToken"]!);
    }

    public async Task LoginAsync()
    {
        var answer = await PostAsync("/api/v1/auth/login", new { login = _credentials, password = "a long password" });
        Use((string)answer["accessToken"]!);
    }

    /// <summary>Until it says that it is ready.</summary>
    public async Task ReadyAsync()
    {
        var patience = new Patience(tail);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (await poll.WaitForNextTickAsync())
        {
            using var answer = await _http.GetAsync("/health/ready");
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            patience.Check($"/health/ready: {await answer.Content.ReadAsStringAsync()}");
        }
    }

    /// <summary>Until the symbol has a first quote.</summary>
    public async Task QuotedAsync(string symbol)
    {
        var patience = new Patience(tail);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await poll.WaitForNextTickAsync())
        {
            patience.Check($"the first quote of {symbol}");
            try
            {
                await GetAsync($"/api/v1/market/quotes/{symbol}");
                return;
            }
            catch (ApiFailure)
            {
                // Not quoted yet.
            }
        }
    }

    public Task<JsonNode> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null, null);

    public Task<JsonNode> PostAsync(string path, object body, string? key = null) => SendAsync(HttpMethod.Post, path, body, key);

    public Task<JsonNode> PutAsync(string path, object body) => SendAsync(HttpMethod.Put, path, body, null);

    /// <summary>
    /// Repeats a call over kills and restarts until it has an answer: what a careful client does, with one idempotency key. Null where
    /// the answer is that it cannot be done. A 500 is no answer that a kill explains: it ends the test.
    /// </summary>
    public async Task<JsonNode?> PersistAsync(HttpMethod method, string path, object? body, Func<Task> restarted)
    {
        var key = Guid.CreateVersion7().ToString();
        string? last = null;
        var patience = new Patience(() => $"{last}\n{Tail()}");
        while (true)
        {
            patience.Check($"{method} {path}");
            try
            {
                return await SendAsync(method, path, body, method == HttpMethod.Post ? key : null);
            }
            catch (ApiFailure e) when (e.Status is 401)
            {
                await LoginAsync();
            }
            catch (ApiFailure e) when (e.Message.Contains("REQUEST_IN_PROGRESS", StringComparison.Ordinal))
            {
                // The process was killed within the first try: its claim on the key runs out, then the key is good again.
                await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
            }
            catch (ApiFailure e) when (e.Status is 404 or 409 or 422)
            {
                return null;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException or ApiFailure { Status: not 500 })
            {
                last = e.Message;
                await restarted();
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, object? body, string? key)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = JsonContent.Create(body);
        }

        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!
            : throw new ApiFailure((int)response.StatusCode, $"{method} {path}: {(int)response.StatusCode} {text}");
    }

    private void Use(string token)
    {
        Token = token;
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }
}

public sealed class ApiFailure(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
