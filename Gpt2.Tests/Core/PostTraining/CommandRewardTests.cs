// Rewards from a program: what it reads and writes, and every way in which it can fail.

using Gpt2.Core;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining;

public sealed class CommandRewardTests : IDisposable
{
    private const string More = "expected 3 numbers, then its end; make it faster, or allow it more time with --reward-timeout";

    private static readonly SampledAnswer[] Answers =
        [.. ((string[])[" yes", "", " \"two\"\nlines ü"]).Select(text => new SampledAnswer(new PreparedExample(1, "A?", [1], [], []), [2], text))];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [UnixFact]
    public void Of_Program_GetsALineForEachAnswerAndGivesANumberForEach()
    {
        string read = folder.PathOf("read it.jsonl");

        Reward($"cat > '{read}'; printf '1\\n-0.5 \\n2e3\\n'").Of(Answers, default).Should().Equal(1, -0.5, 2000);

        File.ReadAllText(read).Should().Be(
            "{\"prompt\":\"A?\",\"completion\":\" yes\"}\n{\"prompt\":\"A?\",\"completion\":\"\"}\n"
            + "{\"prompt\":\"A?\",\"completion\":\" \\u0022two\\u0022\\nlines \\u00FC\"}\n");
    }

    [UnixFact]
    public void Of_ManyAnswers_DoNotBlockAProgramThatWritesBeforeItHasReadAll()
    {
        SampledAnswer[] many = [.. Enumerable.Range(0, 20_000).Select(_ => Answers[2])];

        Reward("while read -r line; do echo 3; done").Of(many, default).Should().HaveCount(many.Length).And.OnlyContain(reward => reward == 3);
    }

    [UnixTheory]
    [InlineData("cat > /dev/null; echo first >&2; echo 'no module' >&2; exit 3", "ended with exit code 3 (no module), expected exit code 0")]
    [InlineData("cat > /dev/null; printf '1\\ngood\\n3\\n'", "line 2 of its output is 'good', expected a finite number such as 0.5")]
    [InlineData("cat > /dev/null; printf '1\\n2\\nNaN\\n'", "line 3 of its output is 'NaN', expected a finite number such as 0.5")]
    [InlineData("cat > /dev/null; printf '1\\n1e999\\n2\\n'", "line 2 of its output is '1e999', expected a finite number such as 0.5")]
    [InlineData("cat > /dev/null; printf '1\\n\\n2\\n'", "line 2 of its output is '', expected a finite number such as 0.5")]
    [InlineData("cat > /dev/null; printf '1\\n2\\n'", "wrote 2 lines, expected 3, one for each line that it reads")]
    [InlineData("cat > /dev/null; printf '1\\n2\\n3\\n4\\n'", "wrote 4 lines, expected 3, one for each line that it reads")]
    [InlineData("true", "wrote 0 lines, expected 3, one for each line that it reads")]
    [InlineData("exec sleep 600", "did not end within 0.3 s, " + More)]
    [InlineData("sleep 600; true", "did not end within 0.3 s, " + More)]
    public void Of_ProgramThatFails_IsRefused(string script, string problem)
    {
        CommandReward reward = Reward(script, timeout: script.Contains("sleep", StringComparison.Ordinal) ? 0.3 : 60);

        reward.Invoking(command => command.Of(Answers, default)).Should().Throw<Gpt2Exception>()
            .WithMessage($"command:sh \"{folder.PathOf("reward.sh")}\": {problem}");
    }

    [UnixFact]
    public void Of_StoppedWhileItRuns_IsStoppedToo()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        Reward("sleep 600").Invoking(command => command.Of(Answers, cancellation.Token)).Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Of_NoSuchProgram_IsRefused()
    {
        new CommandReward("no-such-program-42 --fast", 1).Invoking(command => command.Of(Answers, default)).Should().Throw<Gpt2Exception>()
            .WithMessage("command:no-such-program-42 --fast: cannot be started: *, expected a program, with its arguments after it");
        FluentActions.Invoking(() => new CommandReward(" ", 1)).Should().Throw<Gpt2Exception>()
            .WithMessage("command: : no program, expected command:PROGRAM with its arguments");
    }

    private CommandReward Reward(string script, double timeout = 60)
    {
        string path = folder.PathOf("reward.sh");
        File.WriteAllText(path, script);
        return new CommandReward($"sh \"{path}\"", timeout);
    }
}
