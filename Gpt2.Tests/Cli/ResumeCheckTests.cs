// gpt2 train --resume and gpt2 tune --resume with a checkpoint that was changed: refused in a line that names what differs. With one that
// an older version wrote: resumed.

using System.Text.RegularExpressions;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Training;
using Gpt2.Core.Weights;
using Gpt2.Tests.Cli.Tune;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class ResumeCheckTests : IDisposable
{
    private const string Stopped = "with which the run was stopped";
    private const string Remedy = "; restore the file, delete this checkpoint to go on from an earlier one, or begin a new run";

    private readonly TuneFolder folder = new();

    private string Checkpoint => TrainingRun.NewestCheckpoint(folder.Run)!;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("\"n_head\": 2", "\"n_head\": 4", "n_head 4", "n_head 2")]
    [InlineData("\"n_head\": 2", "\"n_head\": 2, \"activation_function\": \"relu\"", "activation_function relu", "activation_function gelu_new")]
    [InlineData("\"n_head\": 2", "\"n_head\": 2, \"layer_norm_epsilon\": 0.001", "layer_norm_epsilon 0.001", "layer_norm_epsilon 1E-05")]
    [InlineData("\"n_head\": 2", "\"n_head\": 2, \"scale_attn_weights\": false", "scale_attn_weights false", "scale_attn_weights true")]
    [InlineData(
        "\"n_head\": 2, \"n_layer\": 1", "\"n_head\": 8, \"n_layer\": 1, \"scale_attn_by_inverse_layer_idx\": true",
        "n_head 8, scale_attn_by_inverse_layer_idx true", "n_head 2, scale_attn_by_inverse_layer_idx false")]
    public void Train_SettingOfTheModelChanged_IsRefused(string setting, string changed, string found, string expected)
    {
        StopTraining();
        Edit(Path.Combine(Checkpoint, "hparams.json"), setting, changed);

        AssertRefused($"{Checkpoint}: the model has {found}, expected {expected}, {Stopped}{Remedy}", "train");
    }

    [Theory]
    [InlineData("Step", "\"Step\": 2", "\"Step\": 1")]
    [InlineData("Settings.Seed", "\"Seed\": 1", "\"Seed\": 7")]
    [InlineData("Settings.Steps", "\"Steps\": 4", "\"Steps\": 5")]
    [InlineData("Settings.Optimizer.Beta1", "\"Beta1\": 0.9", "\"Beta1\": 0.8")]
    [InlineData("Kernels", "\"Kernels\": 3", "\"Kernels\": 0")]
    public void Train_StepOrSettingOfTheRunChanged_IsRefused(string name, string setting, string changed)
    {
        StopTraining();
        string state = Path.Combine(Checkpoint, "training.json");
        Edit(state, setting, changed);

        AssertRefused($"{state}: {name} is {changed.Split(' ')[1]}, expected {setting.Split(' ')[1]}, {Stopped}{Remedy}", "train");
    }

    [Fact]
    public void Train_StateOfAnotherCheckpoint_IsRefused()
    {
        StopTraining("--checkpoint-every", "1");
        string[] checkpoints = [.. Directory.EnumerateDirectories(Path.Combine(folder.Run, "checkpoints")).Order(StringComparer.Ordinal)];
        File.Copy(Path.Combine(checkpoints[0], "training.json"), Path.Combine(checkpoints[1], "training.json"), overwrite: true);

        AssertRefused(
            $"{Path.Combine(Checkpoint, "training.json")}: Step is 1, expected 2, {Stopped}{Remedy}", "train");
    }

    [Fact]
    public void Train_TextMovedAndPromptOfSamplesChanged_IsResumed()
    {
        StopTraining();
        File.Move(folder.PathOf("text.txt"), folder.PathOf("moved.txt"));
        Edit(Path.Combine(Checkpoint, "training.json"), "text.txt", "moved.txt");
        Edit(Path.Combine(Checkpoint, "training.json"), "\"SamplePrompt\": null", "\"SamplePrompt\": \"M\"");

        CommandRun.Of("train", "--resume", folder.Run).Result().Should().Contain("trained 4 steps");
    }

    [Theory]
    [InlineData("\"Step\": 2", "\"Step\": -1", "Step is -1, expected 0 to 4, the steps of the run")]
    [InlineData("\"Step\": 2", "\"Step\": 5", "Step is 5, expected 0 to 4, the steps of the run")]
    [InlineData("\"Kernels\": 3", "\"Kernels\": 7", "Kernels is 7, expected the number of kernels that there are")]
    [InlineData("\"BatchSize\": 16", "\"BatchSize\": 0", "batch size is 0, expected at least 1")]
    [InlineData("\"Windows\": 1", "\"Windows\": 2", "there is no order of windows 2, expected Random or Epochs")]
    [InlineData("\"Beta2\": 0.95", "\"Beta2\": 1", "beta 2 is 1, expected less than 1")]
    public void Train_StateThatCannotBe_IsRefusedWithoutARecordToo(string setting, string changed, string message)
    {
        StopTraining();
        string state = Path.Combine(Checkpoint, "training.json");
        File.Delete(Path.Combine(Checkpoint, CheckpointRecord.FileName));
        Edit(state, setting, changed);

        AssertRefused($"{state}: {message}{Remedy}", "train");
    }

    [Fact]
    public void Train_FolderInPlaceOfTheState_IsNamed()
    {
        StopTraining();
        string state = Path.Combine(Checkpoint, "training.json");
        File.Delete(state);
        Directory.CreateDirectory(state);

        AssertRefused($"{state}: found a folder, expected the state of a training run; move it away and put the file there", "train");
    }

    [Fact]
    public void Train_FileOfWeightsExchanged_IsRefused()
    {
        StopTraining();
        string other = folder.PathOf("other");
        CsvModelFolder.Write(other, TestModels.Random(CsvFolder.ConfigOf(Checkpoint), 5), null);
        File.Copy(Path.Combine(other, "model_h0_mlp_c_fc_w.csv"), Path.Combine(Checkpoint, "model_h0_mlp_c_fc_w.csv"), overwrite: true);

        AssertRefused($"{Checkpoint}: h0/mlp/c_fc/w: other numbers than those {Stopped}{Remedy}", "train");
    }

    [Fact]
    public void Train_FileOfWeightsDeletedThatAModelMayLack_IsRefused()
    {
        StopTraining();
        File.Delete(Path.Combine(Checkpoint, "model_h0_attn_c_attn_b.csv"));

        AssertRefused($"{Checkpoint}: the model has attention bias no, expected attention bias yes, {Stopped}{Remedy}", "train");
    }

    [Fact]
    public void Train_OptimizerOrVocabularyOfAnotherRun_IsRefused()
    {
        StopTraining();
        string optimizer = Path.Combine(Checkpoint, "optimizer.bin"), vocabulary = Path.Combine(Checkpoint, "vocab.bpe");
        byte[] bytes = File.ReadAllBytes(optimizer);
        byte[] others = [.. bytes];
        others[5] ^= 1;
        File.WriteAllBytes(optimizer, others);
        AssertRefused($"{optimizer}: other numbers than those {Stopped}{Remedy}", "train");

        File.WriteAllBytes(optimizer, bytes);
        string words = File.ReadAllText(vocabulary);
        Edit(vocabulary, "M i", "i k");
        AssertRefused($"{Checkpoint}: another vocabulary than the one {Stopped}{Remedy}", "train");

        File.WriteAllText(vocabulary, words);
        CommandRun.Of("train", "--resume", folder.Run, "--sample-every", "0").Result().Should().Contain("trained 4 steps");
    }

    [Theory]
    [InlineData("{}", "lacks a part, expected the record of a checkpoint")]
    [InlineData("{\"model\": {}, \"trained\": {}, \"optimizer\": \"\"}", "lacks a part")]
    [InlineData("{\"run\": {}, \"model\": 1, \"trained\": {}, \"optimizer\": \"\"}", "a value has the wrong type")]
    public void Train_DamagedRecord_IsRefused(string content, string message)
    {
        StopTraining();
        File.WriteAllText(Path.Combine(Checkpoint, CheckpointRecord.FileName), content);

        CommandRun.Of("train", "--resume", folder.Run).ErrorLine(1).Should()
            .StartWith($"gpt2: {Path.Combine(Checkpoint, CheckpointRecord.FileName)}: {message}");
    }

    [Fact]
    public void Train_CheckpointOfAnOlderVersion_IsResumed()
    {
        StopTraining();
        File.Delete(Path.Combine(Checkpoint, CheckpointRecord.FileName));

        CommandRun.Of("train", "--resume", folder.Run, "--sample-every", "0").Result().Should().Contain("trained 4 steps");

        File.Exists(Path.Combine(folder.Run, CheckpointRecord.FileName)).Should().BeFalse("it belongs to checkpoints");
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("sft", "--full")]
    [InlineData("dpo")]
    [InlineData("reward")]
    public void Tune_CheckpointAsItWasWrittenOrOfAnOlderVersion_IsResumed(params string[] method)
    {
        foreach (bool older in (bool[])[false, true])
        {
            StopTuning(method);
            if (older)
            {
                File.Delete(Path.Combine(Checkpoint, CheckpointRecord.FileName));
            }

            CommandRun.Of("tune", method[0], "--resume", folder.Run).Result().Should().Contain("trained ");
            Directory.Delete(folder.Run, recursive: true);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Tune_SettingOfTheModelBelowAnAdapterChanged_IsRefused(bool withRecord)
    {
        StopTuning("sft");
        if (!withRecord)
        {
            File.Delete(Path.Combine(Checkpoint, CheckpointRecord.FileName));
        }

        Edit(Path.Combine(folder.Model, "hparams.json"), "\"n_head\": 2", "\"n_head\": 4, \"activation_function\": \"silu\"");

        string error = CommandRun.Of("tune", "sft", "--resume", folder.Run).ErrorLine(1);
        if (withRecord)
        {
            error.Should().Be(
                $"gpt2: {folder.Model}: the model has n_head 4, activation_function silu, expected n_head 2, activation_function gelu_new, "
                + Stopped + Remedy);
        }
        else
        {
            error.Should().Contain("the adapter belongs to another model, with n_head 2, activation_function gelu_new")
                .And.Contain("expected n_head 4, activation_function silu");
        }
    }

    [Fact]
    public void Tune_AllWeights_SettingChanged_IsRefused()
    {
        StopTuning("sft", "--full");
        Edit(Path.Combine(Checkpoint, "hparams.json"), "\"n_head\": 2", "\"n_head\": 1");

        AssertRefused($"{Checkpoint}: the model has n_head 1, expected n_head 2, {Stopped}{Remedy}", "tune", "sft");
    }

    [Theory]
    [InlineData("sft", "model_h0_attn_c_attn_lora_A.csv", "h0/attn/c_attn/lora_A")]
    [InlineData("sft --full", "model_wpe.csv", "wpe")]
    [InlineData("reward", "reward_w.csv", "reward_w")]
    public void Tune_FileOfWhatIsTrainedExchanged_IsRefused(string method, string file, string name)
    {
        StopTuning(method.Split(' '));
        string path = Path.Combine(Checkpoint, file), numbers = File.ReadAllText(path);
        File.WriteAllText(path, "0.5" + numbers[numbers.IndexOf(',', StringComparison.Ordinal)..]);

        AssertRefused($"{Checkpoint}: {name}: other numbers than those {Stopped}{Remedy}", "tune", method.Split(' ')[0]);
    }

    [Theory]
    [InlineData("sft", "Settings.LearningRate", "\"LearningRate\": ", "\"LearningRate\": 1")]
    [InlineData("dpo", "Beta", "\"Beta\": ", "\"Beta\": 1")]
    [InlineData("reward", "Step", "\"Step\": 2", "\"Step\": 3")]
    [InlineData("sft", "TemplateText", "\"TemplateText\": \"", "\"TemplateText\": \"A ")]
    public void Tune_StepOrSettingOfTheRunChanged_IsRefused(string method, string name, string setting, string changed)
    {
        StopTuning(method);
        string state = Path.Combine(Checkpoint, "tuning.json");
        Edit(state, setting, changed);

        CommandRun.Of("tune", method, "--resume", folder.Run).ErrorLine(1).Should()
            .StartWith($"gpt2: {state}: {name} is ").And.EndWith($", {Stopped}{Remedy}");
    }

    [Fact]
    public void Tune_WithoutSettingsThatItDidNotKnow_HasTheirDefaults()
    {
        StopTuning("sft");
        string state = Path.Combine(Checkpoint, "tuning.json");
        File.Delete(Path.Combine(Checkpoint, CheckpointRecord.FileName));
        File.WriteAllText(state, Regex.Replace(File.ReadAllText(state), @"""Optimizer"": \{[^}]*\},", ""));

        CommandRun.Of("tune", "sft", "--resume", folder.Run).Result().Should().Contain("trained ");
    }

    [Fact]
    public void Tune_ModelAndExamplesMoved_IsResumed()
    {
        StopTuning("sft");
        foreach (string path in (string[])[folder.Model, folder.Examples])
        {
            Directory.Move(path, path + "-moved");
            Edit(Path.Combine(Checkpoint, "tuning.json"), $"\"{path}\"", $"\"{path}-moved\"");
        }

        CommandRun.Of("tune", "sft", "--resume", folder.Run).Result().Should().Contain("trained ");
    }

    [Fact]
    public void Tune_AdapterThatLacksAMap_IsRefused()
    {
        StopTuning("sft", "--maps", "qkv,hidden");
        string settings = Path.Combine(Checkpoint, "adapter.json");
        File.WriteAllText(settings, Regex.Replace(File.ReadAllText(settings), @",\s*""h0/mlp/c_fc""", ""));

        AssertRefused($"{Checkpoint}: h0/mlp/c_fc/lora_A: is missing, and was there when the run was stopped{Remedy}", "tune", "sft");
    }

    [Fact]
    public void Tune_OptimizerOfAnotherRun_IsRefused()
    {
        StopTuning("dpo");
        string optimizer = Path.Combine(Checkpoint, "optimizer.bin");
        File.WriteAllBytes(optimizer, new byte[new FileInfo(optimizer).Length]);

        AssertRefused($"{optimizer}: other numbers than those {Stopped}{Remedy}", "tune", "dpo");
    }

    [Fact]
    public void Record_NumbersThatAreHardToWrite_AreTheSameWhenTheyAreReadAgain()
    {
        var config = new Gpt2Config(257, 4, 6, 2, 1);
        Gpt2.Core.Model.Layers.Gpt2Weights weights = TestModels.Random(config, 1);
        float[] hard = [-0f, float.Epsilon, -float.Epsilon, float.MaxValue, 1 / 3f, 1e-38f, 16777217];
        hard.CopyTo(weights.TokenEmbedding.Span);
        var state = new RunState(3, new TrainingSettings(), null, "A", null);
        var optimizer = new AdamWOptimizer(config, new OptimizerSettings());

        string checkpoint = Gpt2.Core.Training.Checkpoint.Write(folder.PathOf("hard"), state, weights, optimizer, new Vocabulary([]));

        CheckpointRecord record = CheckpointRecord.ReadIfThere(checkpoint)!;
        record.RequireTrained(CsvModelFolder.ReadWeights(checkpoint).Matrices());
        record.RequireModel(CsvFolder.ConfigOf(checkpoint), new Vocabulary([]), "here");
    }

    private static void Edit(string path, string from, string to)
    {
        string content = File.ReadAllText(path);
        content.Should().Contain(from);
        File.WriteAllText(path, content.Replace(from, to, StringComparison.Ordinal));
    }

    private void AssertRefused(string line, params string[] command)
    {
        CommandRun.Of([.. command, "--resume", folder.Run]).ErrorLine(1).Should().Be("gpt2: " + line);
    }

    private void StopTraining(params string[] more)
    {
        string text = folder.PathOf("text.txt"), vocabulary = folder.PathOf("vocab.bpe");
        File.WriteAllText(text, string.Concat(Enumerable.Repeat("Mike is quick.\n", 30)));
        File.WriteAllText(vocabulary, "#version: 0.2\nM i\n");
        string[] sizes = ["--context", "8", "--channels", "16", "--heads", "2", "--layers", "1"];
        TuneFolder.StopAfter(2, ["train", text, "--out", folder.Run, "--vocab", vocabulary, "--steps", "4", "--sample-every", "0", .. sizes, .. more])
            .ExitCode.Should().Be(130);
    }

    private void StopTuning(params string[] method)
    {
        string examples = method[0] == "sft" ? folder.Examples : folder.Pairs;
        TuneFolder.StopAfter(
            2, ["tune", method[0], examples, "--model", folder.Model, "--out", folder.Run, "--steps", "4", .. method[1..]])
            .ExitCode.Should().Be(130);
    }
}
