// Everything that goes wrong between a server and a disk, one answer at a time.

using System.Globalization;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights.Download;

/// <summary>Faulty answers.</summary>
internal static class Faults
{
    /// <summary>A status without a body.</summary>
    public static Fault Status(int status, params (string Name, string Value)[] headers) =>
        (_, _, answer) => answer.HeadAsync(status, [.. headers, ("Content-Length", "0")]);

    /// <summary>Ends the connection after some bytes of the body.</summary>
    public static Fault DropAfter(int bytes) => (file, request, answer) => FakeHub.ServeAsync(file, request, answer, onlyBytes: bytes);

    /// <summary>Resets the connection after some bytes of the body.</summary>
    public static Fault ResetAfter(int bytes) => async (file, request, answer) =>
    {
        await FakeHub.ServeAsync(file, request, answer, onlyBytes: bytes);
        answer.Reset();
    };

    /// <summary>Falls silent after some bytes of the body.</summary>
    public static Fault StallAfter(int bytes) => async (file, request, answer) =>
    {
        await FakeHub.ServeAsync(file, request, answer, onlyBytes: bytes);
        await answer.HangAsync();
    };

    /// <summary>Takes the request and never answers.</summary>
    public static Fault Hang() => (_, _, answer) => answer.HangAsync();

    /// <summary>Sends some bytes and says that these are all.</summary>
    public static Fault ShortLength(int bytes) => (file, request, answer) => FakeHub.ServeAsync(file, request, answer, bytes, statedLength: bytes);

    /// <summary>Says that there is more than it sends, and than there is.</summary>
    public static Fault LongLength(int more) => (file, request, answer) =>
        FakeHub.ServeAsync(file, request, answer, statedLength: file.Content.Length + more);

    /// <summary>Sends the file with one bit turned.</summary>
    public static Fault Corrupt(int place) =>
        (file, request, answer) => FakeHub.ServeAsync(file, request, answer, change: content => Turned(content, place));

    /// <summary>Sends the beginning of the file with one bit turned.</summary>
    public static Fault CorruptAndDrop(int place, int bytes) => (file, request, answer) =>
        FakeHub.ServeAsync(file, request, answer, onlyBytes: bytes, change: content => Turned(content, place));

    /// <summary>Sends the file with some bytes more.</summary>
    public static Fault Longer(int more) => (file, request, answer) =>
        FakeHub.ServeAsync(file, request, answer, change: content => [.. content, .. new byte[more]]);

    /// <summary>Sends the whole in chunks, without saying how long it is, or only its beginning.</summary>
    public static Fault Chunked(int bytes = int.MaxValue) => async (file, _, answer) =>
    {
        await answer.HeadAsync(200, ("Transfer-Encoding", "chunked"));
        int length = Math.Min(bytes, file.Content.Length);
        for (int start = 0; start < length; start += 40_000)
        {
            await answer.ChunkAsync(file.Content.AsMemory(start, Math.Min(40_000, length - start)));
        }

        if (length == file.Content.Length)
        {
            await answer.ChunkAsync(default);
        }
    };

    /// <summary>Sends the whole, or its beginning, without saying how long it is: the end of the connection is the end.</summary>
    public static Fault NoLength(int bytes = int.MaxValue) => async (file, _, answer) =>
    {
        await answer.HeadAsync(200);
        await answer.WriteAsync(file.Content.AsMemory(0, Math.Min(bytes, file.Content.Length)));
    };

    /// <summary>Sends a file that never ends, or so many bytes of it, and does not say how long it is.</summary>
    public static Fault Endless(ReadOnlyMemory<byte> block, long bytes = long.MaxValue) => async (_, _, answer) =>
    {
        await answer.HeadAsync(200);
        for (long sent = 0; sent < bytes; sent += block.Length)
        {
            await answer.WriteAsync(block);
        }
    };

    /// <summary>Sends a byte now and a block then.</summary>
    public static Fault Slow() => async (file, _, answer) =>
    {
        await answer.HeadAsync(200, ("Content-Length", file.Content.Length.ToString(CultureInfo.InvariantCulture)));
        for (int start = 0, size = 1; start < file.Content.Length; start += size, size *= 4)
        {
            await answer.WriteAsync(file.Content.AsMemory(start, Math.Min(size, file.Content.Length - start)));
            await Task.Delay(5);
        }
    };

    /// <summary>Sends the whole where a part is asked for, and breaks off again.</summary>
    public static Fault WholeAndDrop(int bytes) => (file, request, answer) => FakeHub.ServeAsync(
        file, request with { Headers = new Dictionary<string, string>() }, answer, onlyBytes: bytes);

    /// <summary>Sends the part that is asked for although the file is another by now.</summary>
    public static Fault PassOverIfRange() => (file, request, answer) => FakeHub.ServeAsync(file, request, answer, passOverIfRange: true);

    /// <summary>Sends another part than the one that is asked for.</summary>
    public static Fault WrongPart() => (file, _, answer) => answer.HeadAsync(
        206, ("Content-Range", $"bytes 10-{file.Content.Length - 1}/{file.Content.Length}"), ("Content-Length", "0"),
        ("ETag", file.Tag(file.Content)!));

    /// <summary>Changes the file, then goes on with another answer.</summary>
    public static Fault Change(Func<byte[], byte[]> change, Fault then) => (file, request, answer) =>
    {
        file.Content = change(file.Content);
        return then(file, request, answer);
    };

    /// <summary>A page in place of the file.</summary>
    public static Fault Page(string text, params (string Name, string Value)[] headers) => async (_, request, answer) =>
    {
        await answer.HeadAsync(200, [.. headers, ("Content-Length", text.Length.ToString(CultureInfo.InvariantCulture))]);
        if (request.Method == "GET")
        {
            await answer.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text));
        }
    };

    /// <summary>No fault.</summary>
    public static Fault None() => (file, request, answer) => FakeHub.ServeAsync(file, request, answer);

    private static byte[] Turned(byte[] content, int place)
    {
        byte[] changed = [.. content];
        changed[place] ^= 1;
        return changed;
    }
}
