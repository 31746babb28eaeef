// Tests that let LibreOffice compute a workbook. It does not travel with the project: without it they are skipped and say so.

using System.Diagnostics;

namespace Gpt2.Tests.Support;

internal static class LibreOffice
{
    private static readonly string? Program = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator)
        .SelectMany(folder => ((string[])["soffice", "libreoffice"]).Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    /// <summary>A busy machine takes half a minute for the default model.</summary>
    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(5);

    /// <summary>Why tests that need it are skipped; null if it is here.</summary>
    public static string? Missing => Program is null ? $"{OpenAiClient.SkipBegin}LibreOffice is not on this machine" : null;

    /// <summary>Opens workbooks one after the other, computes all their formulas anew and saves them.</summary>
    /// <param name="workbooks">The workbooks, which have different names.</param>
    /// <param name="folder">A folder for the results and for the program's own files.</param>
    /// <returns>The paths of the saved workbooks.</returns>
    public static async Task<string[]> RecalculateAsync(string[] workbooks, string folder)
    {
        string profile = Path.Combine(folder, "profile"), output = Path.Combine(folder, "recalculated");
        Directory.CreateDirectory(Path.Combine(profile, "user"));
        await File.WriteAllTextAsync(Path.Combine(profile, "user", "registrymodifications.xcu"), AlwaysRecalculate);
        var start = new ProcessStartInfo(
            Program!,
            [
                "-env:UserInstallation=" + new Uri(profile).AbsoluteUri, "--headless", "--convert-to", "xlsx", "--outdir", output, .. workbooks,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process office = Process.Start(start)!;
        using var whateverHappens = new KilledAtLast(office);
        Task<string> said = office.StandardOutput.ReadToEndAsync(), error = office.StandardError.ReadToEndAsync();
        await office.WaitForExitAsync().WaitAsync(LongEnough);
        string[] saved = [.. workbooks.Select(workbook => Path.Combine(output, Path.GetFileName(workbook)))];
        saved.Should().OnlyContain(file => File.Exists(file), "LibreOffice said: {0} {1}", await said, await error);
        return saved;
    }

    /// <summary>The setting that formulas of .xlsx files are always computed when a file is opened.</summary>
    private const string AlwaysRecalculate =
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <oor:items xmlns:oor="http://openoffice.org/2001/registry">
        <item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
        </oor:items>
        """;
}

/// <summary>A test that needs LibreOffice.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LibreOfficeFactAttribute : FactAttribute
{
    public LibreOfficeFactAttribute() => Skip = LibreOffice.Missing;
}

/// <summary>A theory that needs LibreOffice.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LibreOfficeTheoryAttribute : TheoryAttribute
{
    public LibreOfficeTheoryAttribute() => Skip = LibreOffice.Missing;
}
