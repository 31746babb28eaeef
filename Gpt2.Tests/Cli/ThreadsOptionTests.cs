// --threads: the same result for every number, and only numbers that make sense.

using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class ThreadsOptionTests : IDisposable
{
    private readonly SmallModelFolder folder = new(context: 64, channels: 48, heads: 4);
    private readonly string text;

    public ThreadsOptionTests()
    {
        text = folder.PathOf("text.txt");
        File.WriteAllText(text, string.Concat(Enumerable.Repeat("Mike is quick. ", 10)));
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("predict", "Mike is quick. He moves")]
    [InlineData("generate", "Mike", "-n", "8")]
    [InlineData("eval", "TEXT")]
    public void Threads_AnyNumber_GivesTheSameResult(params string[] command)
    {
        string[] args = [.. command.Select(arg => arg == "TEXT" ? text : arg), "-m", folder.Model, "--json"];
        string one = CommandRun.Of([.. args, "--threads", "1"]).Result();

        CommandRun.Of([.. args, "-t", "3"]).Result().Should().Be(one);
        CommandRun.Of(args).Result().Should().Be(one);
    }

    [Fact]
    public void Threads_InTraining_GiveTheSameModel()
    {
        foreach (string threads in (string[])["1", "3"])
        {
            CommandRun.Of(
                "train", text, "-o", folder.PathOf(threads), "--init", folder.Model, "--context", "16", "--steps", "3",
                "--sample-every", "0", "-t", threads).Result();
        }

        foreach (string file in Directory.EnumerateFiles(folder.PathOf("1"), "model_*.csv"))
        {
            File.ReadAllText(Path.Combine(folder.PathOf("3"), Path.GetFileName(file))).Should().Be(File.ReadAllText(file));
        }
    }

    [Fact]
    public void Threads_OtherKernels_AreAllowed() =>
        CommandRun.Of("predict", "x", "-m", folder.Model, "--kernels", "scalar", "--threads", "4").Result().Should().Contain("probability");

    [Theory]
    [InlineData("0", "--threads: found 0, expected 1 to 256")]
    [InlineData("257", "--threads: found 257, expected 1 to 256")]
    [InlineData("-1", "--threads: found -1, expected 1 to 256")]
    [InlineData("two", "--threads: found 'two', expected a whole number")]
    public void Threads_OutsideTheirRange_AreWrongUsage(string threads, string message)
    {
        string[][] commands =
        [
            ["predict", "x"], ["generate", "x"], ["trace", "x", "-o", "nowhere"], ["eval", text], ["train", text, "-o", "nowhere"],
        ];
        foreach (string[] command in commands)
        {
            CommandRun.Of([.. command, "--threads", threads]).ErrorLine(2).Should().StartWith("gpt2: " + message);
        }
    }
}
