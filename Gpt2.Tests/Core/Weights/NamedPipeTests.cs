// A named pipe in place of any file of a model: refused by name, and not waited for.

using Gpt2.Core.Weights;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights;

public sealed class NamedPipeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [UnixTheory]
    [InlineData("csv")]
    [InlineData("js-csv")]
    [InlineData("safetensors")]
    [InlineData("tensorflow")]
    [InlineData("llmc")]
    [InlineData("gguf")]
    public async Task EveryFileOfAModel_NamedPipe_IsRefusedByName(string format)
    {
        string whole = folder.PathOf("whole");
        if (format == "tensorflow")
        {
            TensorFlowFixture.Write(whole, SmallModel.Random());
        }
        else
        {
            CsvModelFolder.Write(folder.PathOf("model"), SmallModel.Random(), SmallModel.Vocabulary);
            CommandRun.Of("convert", folder.PathOf("model"), whole, "--to", format).Result();
        }

        // The settings of Hugging Face's tokenizer are written for other programs; nothing here reads them.
        string[] files = [.. Directory.EnumerateFiles(whole)
            .Select(file => Path.GetFileName(file)).Except(["tokenizer_config.json"]).Order(StringComparer.Ordinal)];
        files.Should().NotBeEmpty();
        foreach (string file in files)
        {
            string damaged = folder.Copy(whole, "with-" + file);
            string pipe = NamedPipe.Put(Path.Combine(damaged, file));

            // The file that a folder of this format is known by is looked into to tell whether it is one.
            string model = Path.GetExtension(file) == ".bin" ? pipe : damaged;
            (await Run("predict", "a", "-m", model, "--no-cache")).ErrorLine(1).Should().Contain(pipe).And.Contain("a named pipe");
            (await Run("convert", model, folder.PathOf("target"), "--to", format == "csv" ? "safetensors" : "csv"))
                .ErrorLine(1).Should().Contain(pipe).And.Contain("a named pipe");
            CommandRun doctor = await Run("doctor", model);
            doctor.ExitCode.Should().Be(1);
            doctor.Out.Should().Contain("found a named pipe", file);
        }

        Directory.Exists(folder.PathOf("target")).Should().BeFalse();
    }

    [UnixTheory]
    [InlineData("new", "target", "--vocab")]
    [InlineData("tokenize", "a", "--vocab")]
    [InlineData("predict", "a", "--model")]
    [InlineData("info", "--model")]
    [InlineData("doctor")]
    [InlineData("convert", "--to", "csv", "target")]
    public async Task FileOrFolderOfAModel_NamedPipeOrDevice_IsRefusedByName(params string[] args)
    {
        string pipe = NamedPipe.Put(folder.PathOf("pipe"));
        string[] placed = [.. args.Select(arg => arg == "target" ? folder.PathOf(arg) : arg)];
        foreach ((string path, string kind) in ((string, string)[])[(pipe, "a named pipe"), ("/dev/zero", "a device")])
        {
            CommandRun run = await Run(args[0] == "convert" ? ["convert", path, .. placed[3..], .. placed[1..3]] : [.. placed, path]);

            run.ExitCode.Should().Be(1);
            (run.Out + run.Error).ReplaceLineEndings(" ").Should().Contain(path).And.Contain("found " + kind);
        }

        Directory.Exists(folder.PathOf("target")).Should().BeFalse();
    }

    /// <summary>What waits for the pipe fails here, and does not hold up the other tests.</summary>
    private static Task<CommandRun> Run(params string[] args) => Task.Run(() => CommandRun.Of(args)).WaitAsync(CommandProcess.LongEnough);
}
