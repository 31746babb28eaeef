// A hub like Hugging Face's on loopback: small files served by itself, large ones redirected to a store at another port, with
// the headers that the real one sends. Faults are put in the way of single answers.

using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gpt2.Tests.Support;

/// <summary>Answers a request for a file in place of the hub or the store.</summary>
internal delegate Task Fault(FakeFile file, LoopbackRequest request, LoopbackAnswer answer);

/// <summary>A file of the hub.</summary>
internal sealed class FakeFile(byte[] content, bool large)
{
    public byte[] Content { get; set; } = content;

    /// <summary>Whether it is in the store, as large files do.</summary>
    public bool Large => large;

    /// <summary>Whether the hub states a checksum.</summary>
    public bool StatesChecksum { get; set; } = true;

    /// <summary>The store's own entity tag, in quotes, or null for none; by default it follows the content.</summary>
    public Func<byte[], string?> Tag { get; set; } = bytes => $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..20]}\"";

    /// <summary>Answers to the next GETs of the bytes, in order; when they are used up, all is well.</summary>
    public ConcurrentQueue<Fault> Faults { get; } = new();

    /// <summary>Answers to the next HEADs.</summary>
    public ConcurrentQueue<Fault> QuestionFaults { get; } = new();

    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Content));

    public string GitSha1
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
            hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {Content.Length}\0")));
            hash.AppendData(Content);
            return Convert.ToHexStringLower(hash.GetCurrentHash());
        }
    }
}

/// <summary>The hub with GPT-2's files, which are made up.</summary>
internal sealed class FakeHub : IDisposable
{
    public const string Weights = "model.safetensors";

    private const string Prefix = "/openai-community/gpt2/resolve/main/";

    public FakeHub(int weightBytes = 300_000)
    {
        var weights = new byte[weightBytes];
        new Random(1).NextBytes(weights);
        "\u0002\0\0\0\0\0\0\0{}"u8.CopyTo(weights);
        Files[Weights] = new FakeFile(weights, large: true);
        Files["config.json"] = new FakeFile("{\"n_layer\": 12}"u8.ToArray(), large: false);
        Files["vocab.json"] = new FakeFile("{\"!\": 0}"u8.ToArray(), large: false);
        Files["merges.txt"] = new FakeFile("#version: 0.2\na b\n"u8.ToArray(), large: false);
        Files["tokenizer.json"] = new FakeFile("{}"u8.ToArray(), large: false);
        Store = new LoopbackServer((request, answer) => AnswerAsync(request, answer, isStore: true));
        Hub = new LoopbackServer((request, answer) => AnswerAsync(request, answer, isStore: false));
    }

    public Dictionary<string, FakeFile> Files { get; } = [];

    public string Commit { get; set; } = new('c', 40);

    public LoopbackServer Hub { get; }

    public LoopbackServer Store { get; }

    /// <summary>The GETs of a file's bytes, wherever they are.</summary>
    public IReadOnlyList<LoopbackRequest> Gets(string file) =>
        [.. (Files[file].Large ? Store : Hub).Requests
            .Where(request => request.Method == "GET" && request.Target.EndsWith("/" + file, StringComparison.Ordinal))];

    public void Dispose()
    {
        Hub.Dispose();
        Store.Dispose();
    }

    /// <summary>What a proper server sends: the whole, or the part that is asked for if it is still of the same file.</summary>
    public static async Task ServeAsync(
        FakeFile file, LoopbackRequest request, LoopbackAnswer answer, int? onlyBytes = null, int? statedLength = null, bool passOverIfRange = false,
        Func<byte[], byte[]>? change = null, params (string Name, string Value)[] headers)
    {
        byte[] content = change?.Invoke(file.Content) ?? file.Content;
        string? tag = file.Tag(file.Content);
        List<(string, string)> all = [.. headers];
        if (tag is not null)
        {
            all.Add(("ETag", tag));
        }

        int from = 0;
        if (request.Header("Range") is string range)
        {
            bool stillSame = passOverIfRange || request.Header("If-Range") is null || request.Header("If-Range") == tag;
            from = stillSame ? int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture) : 0;
        }

        if (from > 0 && from >= content.Length)
        {
            await answer.HeadAsync(416, ("Content-Range", $"bytes */{content.Length}"), ("Content-Length", "0"));
            return;
        }

        if (from > 0)
        {
            all.Add(("Content-Range", $"bytes {from}-{content.Length - 1}/{content.Length}"));
        }

        all.Add(("Content-Length", (statedLength ?? (content.Length - from)).ToString(CultureInfo.InvariantCulture)));
        await answer.HeadAsync(from > 0 ? 206 : 200, [.. all]);
        if (request.Method == "GET")
        {
            await answer.WriteAsync(content.AsMemory(from, Math.Min(onlyBytes ?? int.MaxValue, content.Length - from)));
        }
    }

    private async Task AnswerAsync(LoopbackRequest request, LoopbackAnswer answer, bool isStore)
    {
        if (!request.Target.StartsWith(Prefix, StringComparison.Ordinal) || !Files.TryGetValue(request.Target[Prefix.Length..], out FakeFile? file))
        {
            await answer.HeadAsync(404, ("Content-Length", "0"));
            return;
        }

        ConcurrentQueue<Fault> faults = request.Method == "HEAD" ? file.QuestionFaults : file.Faults;
        if (isStore == file.Large && faults.TryDequeue(out Fault? fault))
        {
            await fault(file, request, answer);
        }
        else if (file.Large && !isStore)
        {
            (string, string)[] checksum = file.StatesChecksum ? [("X-Linked-Etag", $"\"{file.Sha256}\"")] : [];
            await answer.HeadAsync(
                302,
                [("Location", Store.Address + request.Target), ("X-Repo-Commit", Commit),
                    ("X-Linked-Size", file.Content.Length.ToString(CultureInfo.InvariantCulture)), .. checksum, ("Content-Length", "0")]);
        }
        else if (isStore)
        {
            await ServeAsync(file, request, answer);
        }
        else
        {
            FakeFile small = file;
            small.Tag = _ => file.StatesChecksum ? $"\"{small.GitSha1}\"" : null;
            await ServeAsync(small, request, answer, headers: ("X-Repo-Commit", Commit));
        }
    }
}
