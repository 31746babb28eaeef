// Opens an address in the user's browser, if there is one.

using System.ComponentModel;
using System.Diagnostics;

namespace Gpt2.Cli.CommandLine;

internal static class BrowserStart
{
    /// <summary>Asks the system to open an address. That it cannot is no error: the address has been printed.</summary>
    /// <returns>Whether the system was asked.</returns>
    public static bool TryOpen(string address)
    {
        try
        {
            using Process? opener = Process.Start(CommandFor(address));
            return opener is not null;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or PlatformNotSupportedException or FileNotFoundException)
        {
            return false;
        }
    }

    private static ProcessStartInfo CommandFor(string address) =>
        OperatingSystem.IsWindows() ? new ProcessStartInfo(address) { UseShellExecute = true }
        : OperatingSystem.IsMacOS() ? Quiet("open", address)
        : HasScreen() ? Quiet("xdg-open", address)
        : throw new PlatformNotSupportedException("there is no screen");

    /// <summary>Without a screen, xdg-open would take the terminal for a browser in text.</summary>
    private static bool HasScreen() =>
        Environment.GetEnvironmentVariable("DISPLAY") is { Length: > 0 } || Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is { Length: > 0 };

    /// <summary>What the opener writes is not part of this program's output.</summary>
    private static ProcessStartInfo Quiet(string opener, string address) => new(opener, [address])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
}
