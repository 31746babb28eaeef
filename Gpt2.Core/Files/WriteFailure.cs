// The system's own messages differ between operating systems and do not say what to do.

using System.Net.Sockets;

namespace Gpt2.Core.Files;

/// <summary>Turns the system's report of a failed write into an error for the user.</summary>
internal static class WriteFailure
{
    private const int NoSpace = 28, ReadOnlySystem = 30, NobodyReads = 32; // errno, the same on Linux and macOS
    private const int QuotaOnLinux = 122, QuotaOnMac = 69;
    private const int WindowsDiskFull = unchecked((int)0x80070070), WindowsHandleDiskFull = unchecked((int)0x80070027);

    /// <summary>Whether an exception is the system's refusal to write.</summary>
    public static bool Is(Exception e) => e is IOException or UnauthorizedAccessException || IsTooLong(e);

    /// <summary>Whether the reader of a pipe has closed it.</summary>
    public static bool IsBrokenPipe(Exception e) => !OperatingSystem.IsWindows()
        && e is IOException { HResult: NobodyReads } or IOException { InnerException: SocketException { NativeErrorCode: NobodyReads } };

    /// <summary>The error for a target that cannot be written.</summary>
    /// <param name="target">The target, as the user named it.</param>
    /// <param name="kind">"file" or "folder".</param>
    /// <param name="e">The system's refusal.</param>
    public static Gpt2Exception Of(string target, string kind, Exception e) =>
        new($"cannot write this {kind} ({Reason(e)})", e) { Where = target, Remedy = Remedy(e) };

    /// <summary>What is wrong, also if reading failed.</summary>
    public static string Reason(Exception e) => e switch
    {
        UnauthorizedAccessException => "access is denied",
        DirectoryNotFoundException => "its folder does not exist",
        IOException when IsFull(e) => "the disk is full",
        IOException when IsBrokenPipe(e) => "its reader has closed it",
        IOException when e.HResult == ReadOnlySystem => "the file system is read-only",
        _ when IsTooLong(e) => "a file would be longer than the file system or a limit of this process allows",
        _ => e.Message.Split(" : '")[0].TrimEnd('.'), // .NET adds the path
    };

    /// <summary>What to do about it.</summary>
    public static string Remedy(Exception e) => e switch
    {
        UnauthorizedAccessException => "choose another or change its permissions",
        DirectoryNotFoundException => "create that folder or choose another",
        IOException when IsFull(e) => "make room or choose another place",
        _ when IsTooLong(e) => "choose another place",
        _ => "choose another",
    };

    /// <summary>
    /// What .NET makes of EFBIG: a file of 4 GiB on FAT32, or what 'ulimit -f' forbids. On Windows such a disk is said to be full.
    /// </summary>
    private static bool IsTooLong(Exception e) =>
        e is ArgumentOutOfRangeException { ParamName: "value", ActualValue: null } && e.Source == typeof(FileStream).Assembly.GetName().Name;

    private static bool IsFull(Exception e) => OperatingSystem.IsWindows()
        ? e.HResult is WindowsDiskFull or WindowsHandleDiskFull
        : e.HResult == NoSpace || e.HResult == (OperatingSystem.IsMacOS() ? QuotaOnMac : QuotaOnLinux);
}
