// The kernel tests once more on narrower vectors than this processor's: the runtime's switches turn instruction sets off in a
// child process, which then takes the paths of older processors.

using System.Diagnostics;
using System.Runtime.Intrinsics;
using Gpt2.Kernels;

namespace Gpt2.Tests.Kernels;

public class InstructionSetTests
{
    /// <summary>Set in the child: the width it must find.</summary>
    private const string ExpectedBits = "GPT2_TESTS_VECTOR_BITS";

    private static string? Expected => Environment.GetEnvironmentVariable(ExpectedBits);

    [Fact]
    public void WidestVectors_InAChildProcess_IsWhatTheSwitchesLeave()
    {
        int[] possible = Expected is string bits ? [int.Parse(bits, System.Globalization.CultureInfo.InvariantCulture)] : [128, 256, 512];

        possible.Should().Contain(VectorWidth.Widest);
    }

    [Theory]
    [InlineData(256, "DOTNET_EnableAVX512")]
    [InlineData(128, "DOTNET_EnableAVX")]
    public async Task KernelTests_WithInstructionSetsTurnedOff_Pass(int bits, string turnedOff)
    {
        if (Expected is not null || VectorWidth.Widest < bits || !Vector128.IsHardwareAccelerated)
        {
            return; // this is the child itself, or a processor without the wider vectors: there is nothing to turn off
        }

        var start = new ProcessStartInfo(
            Environment.ProcessPath is string path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments =
        [
            "test", typeof(InstructionSetTests).Assembly.Location, "--nologo",
            "--filter", "FullyQualifiedName~Gpt2.Tests.Kernels|FullyQualifiedName~ReferenceForward|FullyQualifiedName~ReferenceGradient",
        ];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[turnedOff] = "0";
        start.Environment[ExpectedBits] = bits.ToString(System.Globalization.CultureInfo.InvariantCulture);

        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        string output = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();

        child.ExitCode.Should().Be(0, "the kernels on vectors of {0} bits: {1}{2}", bits, output, await errors);
        output.Should().Contain("Passed!").And.NotContain("No test matches");
    }
}
