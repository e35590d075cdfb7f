using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ActorTrading.Grains.Tests.Outbox;

/// <summary>A small mail server on loopback: SMTP as RFC 5321 has it, with STARTTLS and AUTH LOGIN. It keeps what it hears; the test may set the answer to a verb.</summary>
internal sealed class SmtpReceiver : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _silent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _serving;

    public SmtpReceiver()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public X509Certificate2 Certificate { get; }

    public bool OffersTls { get; init; }

    public bool OffersAuth { get; init; }

    /// <summary>What to answer to a verb (EHLO, MAIL, RCPT, DATA, or "." for the end of the text) instead of what is usual; used up in order.</summary>
    public ConcurrentDictionary<string, Queue<string>> Answers { get; } = [];

    /// <summary>Every line that came, those of the text as they came over the wire.</summary>
    public ConcurrentQueue<string> Lines { get; } = [];

    /// <summary>Texts that were taken, with the dots of dot-stuffing taken away.</summary>
    public ConcurrentQueue<string> Mails { get; } = [];

    /// <summary>Verbs that came under TLS.</summary>
    public ConcurrentQueue<string> Encrypted { get; } = [];

    public string? Credentials { get; private set; }

    /// <summary>When it has fallen silent, as an empty answer makes it.</summary>
    public Task Silent => _silent.Task;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving.WaitAsync(TimeSpan.FromSeconds(10)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Certificate.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var conversations = new List<Task>();
        while (!_stop.IsCancellationRequested)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync(_stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                break;
            }

            conversations.Add(TalkAsync(client));
        }

        await Task.WhenAll(conversations);
    }

    private async Task TalkAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await TalkAsync(client.GetStream());
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
            {
                // The other side has had enough.
            }
        }
    }

    private async Task TalkAsync(Stream stream)
    {
        var encrypted = false;
        await SayAsync("220 mail.test ready");
        while (await ReadAsync() is { } line)
        {
            Lines.Enqueue(line);
            var verb = line.Split(' ')[0].ToUpperInvariant();
            if (encrypted)
            {
                Encrypted.Enqueue(verb);
            }

            if (Answers.TryGetValue(verb, out var answers) && answers.TryDequeue(out var answer))
            {
                if (answer.Length == 0)
                {
                    _silent.TrySetResult();
                    // Silent until the client goes.
                    await ReadAsync();
                    return;
                }

                await SayAsync(answer);
                continue;
            }

            switch (verb)
            {
                case "EHLO":
                    await SayAsync(string.Join("\r\n", ["250-mail.test", .. OffersTls && !encrypted ? ["250-STARTTLS"] : Array.Empty<string>(), .. OffersAuth ? ["250-AUTH LOGIN"] : Array.Empty<string>(), "250 SIZE 1000000"]));
                    break;
                case "STARTTLS":
                    await SayAsync("220 go ahead");
                    var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificate }, _stop.Token);
                    (stream, encrypted) = (tls, true);
                    break;
                case "AUTH":
                    var user = line.Split(' ') is [_, _, { } given] ? given : await AskAsync("334 VXNlcm5hbWU6");
                    var password = await AskAsync("334 UGFzc3dvcmQ6");
                    Credentials = $"{Decode(user)}:{Decode(password)}";
                    await SayAsync("235 welcome");
                    break;
                case "DATA":
                    await SayAsync("354 go on");
                    await TakeTextAsync();
                    break;
                case "QUIT":
                    await SayAsync("221 bye");
                    return;
                default:
                    await SayAsync("250 ok");
                    break;
            }
        }

        async Task TakeTextAsync()
        {
            var text = new StringBuilder();
            while (await ReadAsync() is { } line)
            {
                Lines.Enqueue(line);
                if (line == ".")
                {
                    var refused = Answers.TryGetValue(".", out var answers) && answers.TryDequeue(out var answer) ? answer : null;
                    if (refused is null)
                    {
                        Mails.Enqueue(text.ToString());
                    }

                    await SayAsync(refused ?? "250 taken");
                    return;
                }

                text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
            }
        }

        async Task<string> AskAsync(string question)
        {
            await SayAsync(question);
            return await ReadAsync() ?? "";
        }

        Task SayAsync(string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n"), _stop.Token).AsTask();

        // Byte by byte: what follows STARTTLS belongs to TLS and must not be read ahead.
        async Task<string?> ReadAsync()
        {
            var line = new List<byte>();
            var one = new byte[1];
            while (await stream.ReadAsync(one, _stop.Token) == 1)
            {
                if (one[0] == '\n')
                {
                    return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
                }

                line.Add(one[0]);
            }

            return null;
        }
    }

    private static string Decode(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));
}
