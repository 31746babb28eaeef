// The bytes of one answer, from the connection to the end of a file, with an eye on connections that break off or fall silent.

using System.Globalization;
using Gpt2.Core.Files;

namespace Gpt2.Core.Weights.Download;

/// <summary>Receives the body of an answer.</summary>
/// <param name="stallTimeout">The longest that nothing may come.</param>
/// <param name="name">The file, for progress.</param>
/// <param name="size">Bytes of the whole file, or null.</param>
/// <param name="most">Bytes after which nothing more is written.</param>
/// <param name="progress">Is told of every block; or null.</param>
internal sealed class TransferBody(TimeSpan stallTimeout, string name, long? size, long most, IProgress<TransferProgress>? progress)
{
    private const int BlockLength = 1 << 17;

    /// <summary>Opens the file that collects the parts, at its beginning.</summary>
    /// <param name="part">The file; made where it is not there.</param>
    /// <param name="remember">Writes down what it is a part of: first, so that no byte lies there without it.</param>
    /// <exception cref="Gpt2Exception">It cannot be written.</exception>
    public static FileStream Open(string part, Action remember)
    {
        try
        {
            remember();
            RegularFile.Require(part, "a file with part of a download");
            return new FileStream(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0, useAsync: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(part, e);
        }
    }

    /// <summary>Appends the body to the file.</summary>
    /// <exception cref="TransferInterruptedException">The connection broke off or fell silent.</exception>
    /// <exception cref="Gpt2Exception">The file cannot be written.</exception>
    public async Task ReceiveAsync(HttpContent content, FileStream output, ChecksumRun run, CancellationToken cancellation)
    {
        progress?.Report(new TransferProgress(name, output.Position, size));
        var block = new byte[BlockLength];
        using Stream input = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        while (true)
        {
            int read = await ReadAsync(input, block, output.Position, cancellation).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            try
            {
                await output.WriteAsync(block.AsMemory(0, read), cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw CannotWrite(output.Name, e);
            }

            run.Add(block.AsSpan(0, read));
            progress?.Report(new TransferProgress(name, output.Position, size));
            if (output.Position > size || output.Position > most)
            {
                return; // more than the file has or may have: the caller finds it too long
            }
        }
    }

    private async Task<int> ReadAsync(Stream input, byte[] block, long position, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(stallTimeout);
        try
        {
            return await input.ReadAsync(block, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TransferInterruptedException(
                string.Create(CultureInfo.InvariantCulture, $"nothing arrived for {stallTimeout.TotalSeconds:0.###} s after byte {position}"), e);
        }
        catch (IOException e)
        {
            throw new TransferInterruptedException(
                string.Create(CultureInfo.InvariantCulture, $"the connection was lost after byte {position}"), e);
        }
    }

    private static Gpt2Exception CannotWrite(string path, Exception e) =>
        new($"{path}: cannot be written ({WriteFailure.Reason(e)}); make room or name another folder with --out", e);
}
