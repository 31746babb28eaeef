// The options of gpt2 serve: where to listen, and the limits.

using System.CommandLine;
using System.Net;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Serve;

namespace Gpt2.Cli.Commands;

/// <summary>Where a server listens, and its limits.</summary>
internal sealed class ServeInput
{
    private const int LongestTime = 86_400;

    private static readonly ServerLimits Standard = new();

    private readonly Option<string> host = new("--host")
    {
        Description = "Address to listen on.\nOther than with 127.0.0.1, everybody who can reach this machine may use the server: "
            + "it checks no API keys. 0.0.0.0 is every address.",
        HelpName = "ADDRESS",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    private readonly Option<string[]> allowedHosts = new("--allow-host")
    {
        Description = "Also answer requests whose Host is NAME.\n"
            + "May be given several times. On loopback, names other than localhost are refused without it.",
        HelpName = "NAME",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<int> port = Whole("--port", "Port to listen on; 0 takes any that is free.", 0, ushort.MaxValue, 8080);

    private readonly Option<int> maxBody = Whole(
        "--max-body", "Maximum bytes of a request.", 1, 1 << 30, Standard.BodyBytes);

    private readonly Option<int> maxTokens = Whole(
        "--max-tokens", "Maximum max_tokens of a request; 0 is the model's n_ctx.", 0, int.MaxValue, Standard.NewTokens);

    private readonly Option<int> maxCompletions = Whole(
        "--max-completions", "Maximum completions of a request: prompts × n.", 1, 100_000, Standard.Completions);

    private readonly Option<int> maxRunning = Whole(
        "--max-running", "Requests that are computed together.\nEach holds its keys and values.", 1, 10_000, Standard.Running);

    private readonly Option<int> maxWaiting = Whole(
        "--max-waiting", "Requests that may wait; more are refused with 429.", 0, 100_000, Standard.Waiting);

    private readonly Option<int> bodyTime = Whole(
        "--body-timeout", "Seconds that a request's body may take to arrive.", 1, LongestTime,
        (int)Standard.BodyTime.TotalSeconds);

    private readonly Option<int> requestTime = Whole(
        "--timeout", "Seconds that a request may take, including waiting.", 1, LongestTime,
        (int)Standard.RequestTime.TotalSeconds);

    public ServeInput()
    {
        host.Validators.Add(result =>
        {
            if (AddressOf(result.GetValueOrDefault<string>()!) is null)
            {
                result.AddError($"--host: found '{result.GetValueOrDefault<string>()}', expected an IP address or localhost");
            }
        });
        allowedHosts.Validators.Add(result =>
        {
            foreach (string name in result.Tokens.Select(token => token.Value).Where(name => Uri.CheckHostName(name) == UriHostNameType.Unknown))
            {
                result.AddError($"--allow-host: found '{name}', expected a host name or an IP address, without port");
            }
        });
    }

    public void AddTo(Command command)
    {
        Option[] options =
        [
            host, allowedHosts, port, maxBody, maxTokens, maxCompletions, maxRunning, maxWaiting, bodyTime, requestTime,
        ];
        foreach (Option option in options)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The address to listen on.</summary>
    public IPAddress Host(ParseResult parsed) => AddressOf(parsed.GetValue(host)!)!;

    /// <summary>The names that requests may have in their Host besides localhost.</summary>
    public IReadOnlyList<string> AllowedHosts(ParseResult parsed) => parsed.GetValue(allowedHosts) ?? [];

    public int Port(ParseResult parsed) => parsed.GetValue(port);

    public ServerLimits Limits(ParseResult parsed) => new()
    {
        BodyBytes = parsed.GetValue(maxBody),
        NewTokens = parsed.GetValue(maxTokens),
        Completions = parsed.GetValue(maxCompletions),
        Running = parsed.GetValue(maxRunning),
        Waiting = parsed.GetValue(maxWaiting),
        BodyTime = TimeSpan.FromSeconds(parsed.GetValue(bodyTime)),
        RequestTime = TimeSpan.FromSeconds(parsed.GetValue(requestTime)),
    };

    private static IPAddress? AddressOf(string name) => name == "localhost" ? IPAddress.Loopback
        : IPAddress.TryParse(name, out IPAddress? address) ? address : null;

    private static Option<int> Whole(string name, string description, int least, int most, int standard) =>
        CommonOptions.Count(name, [], description, least, standard, most);
}
