using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActorTrading.SystemTests;

/// <summary>The real program as a process of its own, which a test may kill at any moment and start again on the same database.</summary>
public sealed class SiloProcess : IAsyncDisposable
{
    private readonly string _connectionString;
    private readonly string _data;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly string[] _arguments;
    private Process? _process;
    private TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _token;
    private string? _credentials;

    public SiloProcess(string connectionString, IReadOnlyDictionary<string, string>? settings = null, params string[] arguments)
    {
        _connectionString = connectionString;
        _settings = settings ?? new Dictionary<string, string>();
        _arguments = arguments;
        _data = Directory.CreateTempSubdirectory("actortrading-silo-").FullName;
        Port = FreePort();
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port}"), Timeout = TimeSpan.FromSeconds(60) };
    }

    public int Port { get; }

    public HttpClient Http { get; }

    public string? Token => _token;

    /// <summary>What the process has said; for a failing test's message.</summary>
    public List<string> Output { get; } = [];

    public async Task StartAsync()
    {
        _up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Program(), "--port", Port.ToString(), "--data", _data, .. _arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["ConnectionStrings__Postgres"] = _connectionString;
        start.Environment["Limits__Requests__Burst"] = "0";
        start.Environment["Limits__SignIn__Burst"] = "0";
        start.Environment["Auth__PasswordIterations"] = "1000";
        foreach (var (name, value) in _settings)
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, e) => Say(e.Data);
        process.ErrorDataReceived += (_, e) => Say(e.Data);
        process.Exited += (_, _) => _up.TrySetException(new InvalidOperationException("The process ended:\n" + Tail()));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        await _up.Task.WaitAsync(Patience.Max, TimeProvider.System);
    }

    /// <summary><c>kill -9</c>, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync().WaitAsync(Patience.Max, TimeProvider.System);
    }

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

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_process is { HasExited: false })
        {
            await KillAsync();
        }

        _process?.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    public string Tail()
    {
        lock (Output)
        {
            return string.Join('\n', Output.TakeLast(40));
        }
    }

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

        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!
            : throw new ApiFailure((int)response.StatusCode, $"{method} {path}: {(int)response.StatusCode} {text}");
    }

    private void Use(string token)
    {
        _token = token;
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    private void Say(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (Output)
        {
            Output.Add(line);
        }

        if (line.Contains("ActorTrading runs", StringComparison.Ordinal))
        {
            _up.TrySetResult();
        }
    }

    /// <summary>The program as it was built beside these tests, for the same grain host and configuration.</summary>
    private static string Program()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var configuration = here.Parent!.Name;
        var host = here.Parent.Parent!.Name;
        var root = here;
        while (!File.Exists(Path.Combine(root.FullName, "ActorTrading.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException("The solution's folder is not above the tests.");
        }

        return Path.Combine(root.FullName, "silo", "ActorTrading.Silo", "bin", host, configuration, here.Name, "ActorTrading.Silo.dll");
    }

    public static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

public sealed class ApiFailure(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
