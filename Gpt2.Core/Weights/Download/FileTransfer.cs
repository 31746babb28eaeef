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
/// Downloads one file into a folder, continuing where an earlier attempt or run of the program stopped.
/// </summary>
internal sealed class FileTransfer(
    HubClient client, TransferSettings settings, Action<string> note, IProgress<TransferProgress>? progress, SourceFile file, string folder)
{
    private const int BlockLength = 1 << 17, MaxDamaged = 2;

    private readonly RetryLoop retry = new(settings, note);
    private readonly string place = HubClient.Shown(file.Address);
    private readonly string host = file.Address.Authority;
    private readonly string path = Path.Combine(folder, file.Name);
    private readonly string part = Path.Combine(folder, file.Name + ".part");
    private readonly string statePath = Path.Combine(folder, file.Name + ".part.json");

    public string Name => file.Name;

    /// <summary>The number of bytes of the file that have been downloaded, whether it is complete or not.</summary>
    public long BytesHere => Length(path) + Length(part);

    /// <summary>Asks what the server states about the file.</summary>
    /// <exception cref="Gpt2Exception">There is no such file, or it may not be read.</exception>
    public Task<RemoteFile> AskAsync(CancellationToken cancellation) => retry.RunAsync(
        Name, () => client.AskAsync(file.Address, cancellation), () => 0, "check the connection, or repeat the command later", cancellation);

    /// <summary>Downloads the file. Whatever ends this run, what has been downloaded is kept for the next.</summary>
    /// <exception cref="Gpt2Exception">It cannot be downloaded or written.</exception>
    public Task<RecordedFile> RunAsync(RemoteFile asked, CancellationToken cancellation)
    {
        RemoteFile? known = asked;
        int damaged = 0;
        const string Remedy = "what has been downloaded is kept; repeat the command to continue";
        return retry.RunAsync(Name, TryOnceAsync, () => Length(part), Remedy, cancellation);

        async Task<RecordedFile> TryOnceAsync()
        {
            try
            {
                RemoteFile now = known ?? await client.AskAsync(file.Address, cancellation).ConfigureAwait(false);
                known = null; // if this attempt fails, the file may have changed by the next
                return await TryAsync(now, cancellation).ConfigureAwait(false);
            }
            catch (TransferInterruptedException e) when (e.IsDamaged)
            {
                if (++damaged < MaxDamaged)
                {
                    throw;
                }

                throw Failure(Invariant($"{e.Message}, {damaged} times"), $"it is not kept: the file is damaged at {host} or in transit", e);
            }
        }
    }

    private async Task<RecordedFile> TryAsync(RemoteFile asked, CancellationToken cancellation)
    {
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
        bool isPart = answer.StatusCode == HttpStatusCode.PartialContent;
        bool hasNoMore = answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable;

        // A server that ignores If-Range is recognised by what it states about the file.
        bool isRest = answer.Content.Headers.ContentRange?.From == offset && begun?.MayBe(stated.Or(asked)) == true;
        string? other = hasNoMore && stated.Or(asked).Size != offset ? Invariant($"has nothing after byte {offset}")
            : isPart && !isRest ? "sent a part of another file" : null;
        if (other is not null)
        {
            Discard();
            throw new TransferInterruptedException($"{host} {other}: the file has changed, and its download is restarted");
        }

        if (offset > 0 && !isPart && !hasNoMore)
        {
            note($"{Name}: restarted, since the file has changed or {host} only sends it as a whole");
            Discard();
            begun = null;
        }

        if ((stated.Checksum is null || stated.Checksum == asked.Checksum) && asked.Size is long before && stated.Size is long now && now != before)
        {
            throw answer.Content.Headers.ContentType?.MediaType == "text/html" ? WebPage()
                : new TransferInterruptedException(Invariant($"{host} states {now} bytes, but stated {before} when asked before"));
        }

        RemoteFile whole = stated.Or(asked).Or(begun);
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
        limit.CancelAfter(settings.StallTimeout);
        try
        {
            return await input.ReadAsync(block, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            double silence = settings.StallTimeout.TotalSeconds;
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
        if (FileKinds.Of(part) == FileKind.WebPage && (whole.Size != length || whole.Checksum is null))
        {
            Discard();
            throw WebPage();
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
            throw new TransferInterruptedException(problem) { IsDamaged = true };
        }

        File.Move(part, path, overwrite: true);
        File.Delete(statePath);
        return received;
    }

    /// <summary>
    /// A file far larger than the known size is not kept: it might never end and would fill the disk.
    /// </summary>
    private void RequireNotBeyond(long length)
    {
        if (length > file.MaxBytes)
        {
            Discard();
            throw Failure(
                $"{place} has more than {ByteCount.Shown(file.MaxBytes)}, far more than the known file",
                "it is not kept: check HF_ENDPOINT or the address");
        }
    }

    private Gpt2Exception WebPage() =>
        Failure("received a web page instead of the file", $"does a proxy or the network require a login? Open {place} in a browser");

    private Gpt2Exception Failure(string found, string remedy, Exception? cause = null) => new(found, cause) { Where = Name, Remedy = remedy };

    private void Discard()
    {
        File.Delete(part);
        File.Delete(statePath);
    }

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;
}
