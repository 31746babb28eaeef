// Tests that run the .NET SDK's command in folders of their own: on a machine that has only the runtime they are skipped and say so.

using Gpt2.Cli.Exercises;
using Gpt2.Core;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Packages;

/// <summary>A test that packs and builds.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SdkFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Reason = new(ReasonToSkip);

    public SdkFactAttribute() => Skip = Reason.Value;

    private static string? ReasonToSkip()
    {
        const string NoSdk = "optional: the command 'dotnet' with the SDK of global.json is not on this machine";
        try
        {
            return DotnetProcess.Run(SharedData.RepositoryRoot, CommandProcess.LongEnough, default, "--version").ExitCode == 0 ? null : NoSdk;
        }
        catch (Gpt2Exception)
        {
            return NoSdk;
        }
    }
}
