// A large file often does not arrive in one attempt, so what has been downloaded is kept, and the next attempt
// continues:
//
//   NAME.part         what has been downloaded so far
//   NAME.part.json    what the server stated about the whole file
//   NAME              the file, renamed when size and checksum are right

using System.Net;
using System.Net.Http.Headers;
using static System.FormattableString;

namespace Gpt2.Core.Weights.Download;

/// <summary>
/// How many bytes of a file have been transferred, and how many it has; null if the server does not say.
/// </summary>
internal readonly record struct TransferProgress(string File, long Done, long? Size);

/// <summary>Downloads one file into a folder.</summary>
internal sealed class FileTransfer(
    DownloadClient client, Action<string> note, IProgress<TransferProgress>? progress, SourceFile file, string folder)
{
    private const int BlockLength = 1 << 17, MaxDamaged = 2;
    private const double FirstDelay = 1, LongestDelay = 30, LongestServerDelay = 300; // seconds
    private const string NotKept = "it is not kept: check HF_ENDPOINT or the address";

    private readonly string place = DownloadClient.Shown(file.Address);
    private readonly string host = file.Address.Authority;
    private readonly string path = Path.Combine(folder, file.Name);
    private readonly string part = Path.Combine(folder, file.Name + ".part");
    private readonly string statePath = Path.Combine(folder, file.Name + ".part.json");
    private RemoteFile? fresh; // what the server stated, until an attempt has been made with it: the file may change
    private int damaged; // how often a whole file was received that differs from what was stated

    public string Name => file.Name;

    /// <summary>What the server stated when it was last asked.</summary>
    public RemoteFile Stated { get; private set; } = new();

    /// <summary>The number of bytes of the file that have been downloaded, whether it is complete or not.</summary>
    public long BytesHere => Length(path) + Length(part);

    /// <summary>Asks what the server states about the file.</summary>
    /// <exception cref="Gpt2Exception">There is no such file, or it may not be read.</exception>
    public async Task AskAsync(CancellationToken cancellation) => Stated = fresh = await RetryAsync(
        () => client.AskAsync(file.Address, cancellation), "check the connection, or repeat the command later", cancellation).ConfigureAwait(false);

    /// <summary>
    /// Whether a file that was completely downloaded is still there, and is what the server stated, as far as it did.
    /// </summary>
    public async Task<bool> IsDoneAsync(RecordedFile done, CancellationToken cancellation) =>
        done.IsIn(folder) && (Stated.Size is null || Stated.Size == done.Bytes)
        && (Stated.Checksum is not Checksum checksum || checksum.Hex == await checksum.OfAsync(done, path, cancellation).ConfigureAwait(false));

    /// <summary>Downloads the file. Whatever ends this run, what has been downloaded is kept for the next.</summary>
    /// <exception cref="Gpt2Exception">It cannot be downloaded or written.</exception>
    public Task<RecordedFile> RunAsync(CancellationToken cancellation)
    {
        damaged = 0;
        return RetryAsync(
            () => TryAsync(cancellation), "what has been downloaded is kept; repeat the command to continue", cancellation);
    }

    /// <summary>
    /// Runs an action until it succeeds. It throws <see cref="TransferInterruptedException"/> if another attempt makes
    /// sense. Further bytes reset the count of attempts. The user is told of every wait, to whom it would look like work.
    /// </summary>
    private async Task<T> RetryAsync<T>(Func<Task<T>> action, string remedy, CancellationToken cancellation)
    {
        TransferSettings settings = client.Settings;
        long furthest = Length(part);
        for (int tries = 1; ; tries++)
        {
            try
            {
                return await action().ConfigureAwait(false);
            }
            catch (TransferInterruptedException e)
            {
                if (Length(part) - furthest >= settings.ProgressThatCounts)
                {
                    (furthest, tries) = (Length(part), 1);
                }

                if (e.RetryAfter?.TotalSeconds is double wait and > LongestServerDelay)
                {
                    throw Failure(Invariant($"{e.Message} and asks to wait {wait:0} s"), remedy, Invariant($"at most {LongestServerDelay} s"), e);
                }

                if (tries >= settings.Tries)
                {
                    throw Failure(Invariant($"{e.Message}, attempt {tries} of {settings.Tries}"), remedy, cause: e);
                }

                TimeSpan delay = DelayAfter(tries, e.RetryAfter, settings.Chance());
                note(Invariant($"{Name}: {e.Message}; attempt {tries + 1} of {settings.Tries} in {delay.TotalSeconds:0.#} s"));
                await Task.Delay(delay, settings.Clock, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// 2^(tries − 1) times the first delay, at most the longest, times 0.5 to 1 depending on chance, which is from 0 to
    /// 1; but never less than the server asks for.
    /// </summary>
    internal static TimeSpan DelayAfter(int tries, TimeSpan? serverAsksFor, double chance)
    {
        double own = Math.Min(FirstDelay * Math.Pow(2, tries - 1), LongestDelay) * (0.5 + (0.5 * chance));
        return TimeSpan.FromSeconds(Math.Max(own, serverAsksFor?.TotalSeconds ?? 0));
    }

    private async Task<RecordedFile> TryAsync(CancellationToken cancellation)
    {
        RemoteFile asked = fresh ?? await client.AskAsync(file.Address, cancellation).ConfigureAwait(false);
        fresh = null;
        RemoteFile? begun = RemoteFile.Load(statePath);
        long offset = Length(part);
        if (offset == 0 || begun is null || !begun.CanGoOn || !begun.MayBe(asked) || begun.Size < offset)
        {
            Discard();
            (begun, offset) = (null, 0);
        }

        (HttpResponseMessage answer, RemoteFile stated) = await client.SendAsync(
            HttpMethod.Get, file.Address, headers => AskForRest(headers, offset, begun), cancellation).ConfigureAwait(false);
        using HttpResponseMessage disposed = answer;
        RemoteFile now = stated.Or(asked);
        bool hasNoMore = answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable;
        bool isPart = answer.StatusCode == HttpStatusCode.PartialContent && answer.Content.Headers.ContentRange?.From == offset;

        // A server that ignores If-Range is recognised by what it states about the file.
        bool isRest = hasNoMore ? now.Size == offset : isPart && begun?.MayBe(now) == true;
        if (!isRest)
        {
            Discard();
            begun = null;
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                throw new TransferInterruptedException($"{host} has no rest of this file: it has changed, and its download is restarted");
            }

            if (offset > 0)
            {
                note($"{Name}: restarted, since the file has changed or {host} only sends it as a whole");
            }
        }

        bool isSameFile = stated.Checksum is null || stated.Checksum == asked.Checksum;
        bool isPage = answer.Content.Headers.ContentType?.MediaType == "text/html"; // received, so that the file is seen to be one
        if (isSameFile && !isPage && asked.Size is long before && stated.Size is long size && size != before)
        {
            throw new TransferInterruptedException(Invariant($"{host} states {size} bytes, but stated {before} when asked before"));
        }

        RemoteFile whole = now.Or(begun);
        RequireNotBeyond(whole.Size ?? 0);
        if (!hasNoMore)
        {
            await ReceiveAsync(answer.Content, whole, cancellation).ConfigureAwait(false);
        }

        return await FinishAsync(whole, cancellation).ConfigureAwait(false);
    }

    private static void AskForRest(HttpRequestHeaders headers, long offset, RemoteFile? begun)
    {
        headers.Range = begun is null ? null : new RangeHeaderValue(offset, null);
        headers.IfRange = begun?.EntityTag is string tag ? new RangeConditionHeaderValue(new EntityTagHeaderValue(tag))
            : begun?.LastModified is DateTimeOffset time ? new RangeConditionHeaderValue(time) : null;
    }

    /// <summary>Appends the body of an answer to the part, and detects connections that break or stall.</summary>
    private async Task ReceiveAsync(HttpContent content, RemoteFile whole, CancellationToken cancellation)
    {
        whole.Save(statePath); // first, so that there is never a part without it
        RegularFile.Require(part, "a file with part of a download");
        using var output = new FileStream(part, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
        using Stream input = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var block = new byte[BlockLength];
        int read = 0;
        do
        {
            await output.WriteAsync(block.AsMemory(0, read), cancellation).ConfigureAwait(false);
            progress?.Report(new TransferProgress(Name, output.Position, whole.Size));
            read = output.Position <= (whole.Size ?? file.MaxBytes) // reads a little too much, so that an overlong file is found
                ? await ReadAsync(input, block, output.Position, cancellation).ConfigureAwait(false) : 0;
        }
        while (read > 0);
    }

    private async Task<int> ReadAsync(Stream input, byte[] block, long position, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(client.Settings.StallTimeout);
        try
        {
            return await input.ReadAsync(block, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            double silence = client.Settings.StallTimeout.TotalSeconds;
            throw new TransferInterruptedException(Invariant($"nothing arrived for {silence:0.###} s after byte {position}"), e);
        }
        catch (IOException e)
        {
            throw new TransferInterruptedException(Invariant($"the connection was lost after byte {position}"), e);
        }
    }

    /// <summary>Compares the downloaded part with what was stated, and renames it.</summary>
    private async Task<RecordedFile> FinishAsync(RemoteFile whole, CancellationToken cancellation)
    {
        long length = Length(part);
        RequireNotBeyond(length);
        FileKind kind = FileKinds.Of(part);
        if (kind == FileKind.WebPage)
        {
            Discard();
            string remedy = $"does a proxy or the network require a login? Open {place} in a browser";
            throw Failure("received a web page instead of the file", remedy);
        }

        if (length < whole.Size)
        {
            throw new TransferInterruptedException(Invariant($"ended at byte {length} of {whole.Size}"));
        }

        string sha256 = await Checksum.Sha256Async(part, cancellation).ConfigureAwait(false);
        string checkedBy = whole.Checksum?.Name ?? (whole.Size is null ? RecordedFile.ByNothing : RecordedFile.BySize);
        var received = new RecordedFile(Name, length, sha256, checkedBy);
        string? found = whole.Checksum is null ? null : await whole.Checksum.OfAsync(received, part, cancellation).ConfigureAwait(false);
        string? problem = length > whole.Size ? Invariant($"received more bytes than the {whole.Size} that the server states")
            : found != whole.Checksum?.Hex ? $"received with the {checkedBy} {found}, but the server states {whole.Checksum?.Hex}" : null;
        if (problem is not null)
        {
            Discard();
            throw ++damaged < MaxDamaged ? new TransferInterruptedException(problem)
                : Failure(Invariant($"{problem}, {damaged} times"), $"it is not kept: the file is damaged at {host} or in transit");
        }

        if (kind != file.Kind)
        {
            Discard();
            throw Failure($"found {FileKinds.Describe(kind) ?? "text"}", NotKept, FileKinds.Describe(file.Kind) ?? "text");
        }

        File.Move(part, path, overwrite: true);
        File.Delete(statePath);
        return received;
    }

    /// <summary>Refuses a file far larger than the known size: it might never end and would fill the disk.</summary>
    private void RequireNotBeyond(long length)
    {
        if (length > file.MaxBytes)
        {
            Discard();
            throw Failure($"{place} has more than {ByteCount.Shown(file.MaxBytes)}, far more than the known file", NotKept);
        }
    }

    private Gpt2Exception Failure(string found, string remedy, string? expected = null, Exception? cause = null) =>
        new(found, cause) { Where = Name, Expected = expected, Remedy = remedy };

    private void Discard()
    {
        File.Delete(part);
        File.Delete(statePath);
    }

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;
}
