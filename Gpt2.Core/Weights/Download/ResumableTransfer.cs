// One file from a server to the disk: in parts if it must be, checked while it comes, under its name only when it is whole.
//
//   NAME.part         what has come
//   NAME.part.json    what it is a part of
//   NAME              the file, renamed when size and checksum are right

using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Gpt2.Core.Weights.Download;

/// <summary>Downloads one file; going on where an earlier try, or an earlier run of the program, stopped.</summary>
/// <param name="client">Sends the requests.</param>
/// <param name="settings">Time-outs and retries.</param>
/// <param name="note">Is told of waits and new beginnings.</param>
/// <param name="progress">Is told of every block that came; or null.</param>
/// <param name="most">The maximum number of bytes that a file can have, by its name.</param>
internal sealed class ResumableTransfer(
    HubClient client, TransferSettings settings, Action<string> note, IProgress<TransferProgress>? progress, Func<string, long> most)
{
    private const string PartEnding = ".part";
    private const string StateEnding = ".part.json";

    /// <summary>Bytes of a file that are here, whole or in part.</summary>
    public static long BytesHere(string path) => Length(path) + Length(path + PartEnding);

    /// <summary>Downloads a file. What has come stays for the next run, whatever ends this one.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="path">Where it goes.</param>
    /// <param name="asked">What the server said of it before, where the answer says less.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="Gpt2Exception">It cannot be had, or cannot be written.</exception>
    /// <returns>The file, and the checksum that it was held against.</returns>
    public async Task<(TransferredFile File, Checksum? Stated)> RunAsync(Uri address, string path, RemoteFile asked, CancellationToken cancellation)
    {
        string name = Path.GetFileName(path);
        int wrongChecksums = 0;
        bool askAgain = false;
        var loop = new RetryLoop(settings, note);
        return await loop.RunAsync(
            name,
            async () =>
            {
                try
                {
                    asked = askAgain ? await client.AskAsync(address, cancellation).ConfigureAwait(false) : asked;
                    askAgain = false;
                    return await TryAsync(address, path, name, asked, cancellation).ConfigureAwait(false);
                }
                catch (TransferInterruptedException e)
                {
                    askAgain |= e.AskAgain;
                    throw;
                }
                catch (WrongChecksumException e)
                {
                    Begin(path);
                    if (++wrongChecksums >= settings.ChecksumTries)
                    {
                        throw new Gpt2Exception(
                            $"{name}: {e.Message}, {wrongChecksums} times; it is not kept: the file is damaged at {address.Authority} or on its way", e);
                    }

                    throw new TransferInterruptedException(e.Message, e);
                }
            },
            () => Length(path + PartEnding),
            "what has come is kept, and the same command goes on from there",
            cancellation).ConfigureAwait(false);
    }

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    private static void Begin(string path)
    {
        File.Delete(path + PartEnding);
        File.Delete(path + StateEnding);
    }

    private async Task<(TransferredFile File, Checksum? Stated)> TryAsync(Uri address, string path, string name, RemoteFile asked, CancellationToken cancellation)
    {
        string part = path + PartEnding;
        TransferState? state = TransferState.Load(path + StateEnding);
        long offset = Length(part);
        bool goesOn = offset > 0 && state is not null && state.CanGoOn && state.Address == HubClient.Shown(address)
            && !(state.Size < offset) && (asked.Checksum is null || state.Checksum is null || asked.Checksum == state.Checksum);
        if (!goesOn)
        {
            Begin(path);
            (state, offset) = (null, 0);
        }

        using HubReply reply = await client.SendAsync(
            HttpMethod.Get, address, headers => AskForRest(headers, offset, state), cancellation).ConfigureAwait(false);
        RemoteFile file = reply.File.Or(asked);
        switch (reply.Response.StatusCode)
        {
            case HttpStatusCode.RequestedRangeNotSatisfiable when offset == 0:
                throw new Gpt2Exception($"{HubClient.Shown(address)}: the server answers 416 to a request for the whole file; check the address");

            case HttpStatusCode.RequestedRangeNotSatisfiable when file.Size != offset:
                Begin(path);
                throw new TransferInterruptedException(
                    string.Create(CultureInfo.InvariantCulture, $"{address.Authority} has nothing after byte {offset}: the file has changed, and its download is restarted"));

            case HttpStatusCode.PartialContent when !IsRestOf(reply, file, state, offset):
                Begin(path);
                throw new TransferInterruptedException($"{address.Authority} sent a part of another file: it has changed, and its download is restarted");

            case HttpStatusCode.OK when offset > 0:
                note($"{name}: restarted, since the file has changed or {address.Authority} sends it only as a whole");
                Begin(path);
                offset = 0;
                break;
        }

        bool isSameFile = reply.File.Checksum is null || reply.File.Checksum == asked.Checksum;
        if (isSameFile && asked.Size is long before && reply.File.Size is long now && now != before)
        {
            throw reply.Response.Content.Headers.ContentType?.MediaType == "text/html"
                ? TransferCheck.WebPage(name, HubClient.Shown(address))
                : new TransferInterruptedException(
                    string.Create(CultureInfo.InvariantCulture, $"{address.Authority} states {now} bytes, and {before} when asked before"))
                {
                    AskAgain = true,
                };
        }

        var whole = new TransferState(
            HubClient.Shown(address), reply.EntityTag ?? (offset > 0 ? state?.EntityTag : null), reply.LastModified ?? (offset > 0 ? state?.LastModified : null),
            file.Size ?? (offset > 0 ? state?.Size : null), file.Checksum ?? (offset > 0 ? state?.Checksum : null));
        RequireNotBeyond(whole.Size ?? 0, path, address);
        using var run = new ChecksumRun(whole.Checksum?.Kind == ChecksumKind.GitBlobSha1 ? whole.Size : null);
        using (FileStream output = TransferBody.Open(part, () => whole.Save(path + StateEnding)))
        {
            await run.AddAsync(output, cancellation).ConfigureAwait(false); // what is here already; then it stands at its end
            if (reply.Response.StatusCode != HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                var body = new TransferBody(settings.StallTimeout, name, whole.Size, most(name), progress);
                await body.ReceiveAsync(reply.Response.Content, output, run, cancellation).ConfigureAwait(false);
            }
        }

        RequireNotBeyond(Length(part), path, address);
        return (await FinishAsync(path, name, whole, run, cancellation).ConfigureAwait(false), whole.Checksum);
    }

    /// <summary>A file far larger than what is known of it is not kept: it may have no end, and the disk has one.</summary>
    private void RequireNotBeyond(long length, string path, Uri address)
    {
        string name = Path.GetFileName(path);
        if (length > most(name))
        {
            Begin(path);
            throw new Gpt2Exception(
                $"{name}: {HubClient.Shown(address)} has more than {ByteCount.Shown(most(name))}, far beyond the file that is known; it is not kept: check HF_ENDPOINT or the address");
        }
    }

    private static void AskForRest(HttpRequestHeaders headers, long offset, TransferState? state)
    {
        if (offset == 0)
        {
            return;
        }

        headers.Range = new RangeHeaderValue(offset, null);
        if (state?.EntityTag is string tag)
        {
            headers.IfRange = new RangeConditionHeaderValue(new EntityTagHeaderValue(tag));
        }
        else if (state?.LastModified is DateTimeOffset time)
        {
            headers.IfRange = new RangeConditionHeaderValue(time);
        }
    }

    /// <summary>Whether a 206 continues the part that is here. Servers that pass over If-Range are found by what they say of the file.</summary>
    private static bool IsRestOf(HubReply reply, RemoteFile file, TransferState? state, long offset)
    {
        ContentRangeHeaderValue? range = reply.Response.Content.Headers.ContentRange;
        return state is not null && offset > 0 && range?.From == offset
            && (state.Size is null || file.Size is null || state.Size == file.Size)
            && (state.EntityTag is null || reply.EntityTag is null || state.EntityTag == reply.EntityTag)
            && (state.Checksum is null || file.Checksum is null || state.Checksum == file.Checksum);
    }

    private static async Task<TransferredFile> FinishAsync(
        string path, string name, TransferState whole, ChecksumRun run, CancellationToken cancellation)
    {
        string part = path + PartEnding;
        if (TransferCheck.IsWebPage(part, whole))
        {
            Begin(path);
            throw TransferCheck.WebPage(name, whole.Address);
        }

        await TransferCheck.RequireAsync(part, whole, run, cancellation).ConfigureAwait(false);
        long length = Length(part);
        File.Move(part, path, overwrite: true);
        File.Delete(path + StateEnding);
        return new TransferredFile(name, length, run.Sha256(), whole.Checksum?.Name ?? (whole.Size is null ? TransferredFile.Unchecked : "size"));
    }
}
