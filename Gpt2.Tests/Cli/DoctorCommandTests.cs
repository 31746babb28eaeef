// gpt2 doctor as a command: what it prints, as JSON and for people, and how it ends.

using System.Text.Json;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class DoctorCommandTests : IDisposable
{
    private readonly SmallModelFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Doctor_WithoutArgument_ExaminesTheDefaultModel()
    {
        CommandRun run = CommandRun.Of("doctor");

        run.Result().Should().Contain("goes on with \" Paris\"").And.Contain("✓ ok").And.EndWith("gpt2-workshop: nothing is wrong\n");
        run.Error.Should().BeEmpty();
        run.Out.Should().NotContain("\u001b", "a pipe gets no colour");
    }

    [Fact]
    public void Doctor_JsonOfAHealthyModel_HasFindingsAndTensors()
    {
        JsonElement result = Json(CommandRun.Of("doctor", folder.Model, "--json"), exitCode: 0);

        result.GetProperty("model").GetString().Should().Be("model");
        result.GetProperty("folder").GetString().Should().Be(folder.Model);
        result.GetProperty("healthy").GetBoolean().Should().BeTrue();
        (result.GetProperty("wrong").GetInt32(), result.GetProperty("warnings").GetInt32()).Should().Be((0, 0));
        result.GetProperty("tensors").EnumerateArray().Should().HaveCount(28);
        JsonElement wte = result.GetProperty("tensors").EnumerateArray().First();
        wte.GetProperty("name").GetString().Should().Be("wte");
        wte.GetProperty("spread").GetDouble().Should().BeApproximately(0.2, 0.02);
        result.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("area").GetString()).Distinct()
            .Should().Equal("machine", "folder", "sizes", "tensors", "tokenizer", "facts");
    }

    [Fact]
    public void Doctor_Damages_AreAllListedAndEndWithOne()
    {
        File.Delete(Path.Combine(folder.Model, "model_wpe.csv"));
        File.WriteAllText(Path.Combine(folder.Model, "model_h1_ln_1_b.csv"), "1;2;3;4;5;6\n");
        JsonElement result = Json(CommandRun.Of("doctor", "-m", folder.Model, "--json"), exitCode: 1);

        result.GetProperty("healthy").GetBoolean().Should().BeFalse();
        JsonElement[] wrong = [.. result.GetProperty("findings").EnumerateArray()
            .Where(finding => finding.GetProperty("status").GetString() == "wrong")];
        wrong.Select(finding => finding.GetProperty("subject").GetString()).Should().Equal("model_wpe.csv", "model_h1_ln_1_b.csv", "tensors");
        result.GetProperty("wrong").GetInt32().Should().Be(3);

        CommandRun table = CommandRun.Of("doctor", folder.Model);
        table.ExitCode.Should().Be(1);
        table.Out.Should().MatchRegex(
            "✗ wrong +model_wpe.csv +no such file, expected 8 rows of 6 numbers\n +→ copy, convert or download the model again")
            .And.EndWith("model: 3 things are wrong\n");
    }

    [Fact]
    public void Doctor_SameDamageInEveryFile_IsOneLineForPeopleAndOneFindingEachInJson()
    {
        foreach (string path in Directory.EnumerateFiles(folder.Model, "*.csv"))
        {
            File.WriteAllText(path, File.ReadAllText(path).Replace(',', ';'));
        }

        CommandRun.Of("doctor", folder.Model).Out.Split("cells are separated by semicolons").Should().HaveCount(2);
        Json(CommandRun.Of("doctor", folder.Model, "--json"), exitCode: 1).GetProperty("wrong").GetInt32().Should().Be(29);
    }

    [Fact]
    public void Doctor_WarningsAlone_EndWithZero()
    {
        string path = Path.Combine(folder.Model, "model_h0_mlp_c_fc_w.csv");
        File.WriteAllLines(path, File.ReadAllLines(path).Select(line => string.Join(',', line.Split(',').Select(_ => "0"))));

        CommandRun run = CommandRun.Of("doctor", folder.Model);
        run.Result().Should().Contain("! warning   model_h0_mlp_c_fc_w.csv")
            .And.Contain("all weights are 0").And.EndWith("model: nothing is wrong, 1 warning\n");
    }

    [Fact]
    public void Doctor_NoSuchModel_StillDescribesTheMachine()
    {
        JsonElement result = Json(CommandRun.Of("doctor", "nowhere", "--json"), exitCode: 1);

        result.GetProperty("folder").ValueKind.Should().Be(JsonValueKind.Null);
        JsonElement[] findings = [.. result.GetProperty("findings").EnumerateArray()];
        findings.Should().Contain(finding => finding.GetProperty("subject").GetString() == "processor");
        findings[^1].GetProperty("found").GetString().Should().StartWith("model 'nowhere': no such folder, nor one with that name in ");
        findings[^1].GetProperty("remedy").GetString().Should().Be("'gpt2 new FOLDER' makes one");
    }

    [Fact]
    public void Doctor_Cancelled_EndsWith130()
    {
        CommandRun.With("", new CancellationToken(canceled: true), "doctor", folder.Model).ExitCode.Should().Be(130);
    }

    private static JsonElement Json(CommandRun run, int exitCode)
    {
        run.ExitCode.Should().Be(exitCode, run.Error);
        using JsonDocument document = JsonDocument.Parse(run.Out);
        return document.RootElement.Clone();
    }
}
