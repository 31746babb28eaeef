// gpt2 embeddings positions: the position embeddings of a model, and what they do to tokens, as tables, JSON and a picture.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Laboratory.Embeddings;
using Gpt2.Kernels;

namespace Gpt2.Cli.Commands;

internal static class EmbeddingsPositions
{
    private const int MostTokens = 100;

    public static Command Create(CommandIo io)
    {
        var prompt = new Argument<string?>("prompt")
        {
            Description = "A prompt, in quotes, whose tokens are looked at where they are.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var tokens = new Option<string[]>("--token")
        {
            Description = "A token that is looked at in all positions. Once for each of several.",
            HelpName = "WORD",
            DefaultValueFactory = _ => [],
        };
        var ids = IdsInput.InsteadOf("a prompt");
        var exact = new Option<bool>("--exact") { Description = "Take words after --token as they are, without a space before them." };
        Option<string?> svg = SvgOutput.Option("a picture");
        var model = new ModelInput(adapters: true);
        Option<bool> json = CommonOptions.Json();
        var command = new Command(
            "positions",
            "Show the position embeddings: how alike near and far positions are, and their curve on a plane.\n"
            + "With a prompt or --token, also how far positions move a token, compared with the distance to the nearest other token.");
        command.Arguments.Add(prompt);
        foreach (Option option in (Option[])[tokens, ids.Option, exact, svg])
        {
            command.Options.Add(option);
        }

        model.AddTo(command);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            string? target = SvgOutput.Target(parsed, svg, parsed.GetValue(json));
            string? text = parsed.GetValue(prompt);
            int[]? given = ids.Read(parsed);
            if (text is not null && given is not null)
            {
                throw IdsInput.Several($"prompt and {IdsInput.Name}", "both", [text]);
            }

            LanguageModel loaded = model.Load(parsed, KernelSet.Create(KernelRung.Vector), io, keepMatrices: true);
            using var picture = new SvgOutput(target, io, loaded.Path);
            var source = new EmbeddingSource(loaded);
            int[] promptIds = given ?? (text is null ? [] : loaded.Tokenizer.Encode(text));
            if (text is not null || given is not null)
            {
                loaded.Model.CheckPrompt(promptIds, past: 0);
            }

            int[] clouds = [.. parsed.GetValue(tokens)!.Select(word => source.Find(word, parsed.GetValue(exact))).Concat(promptIds).Distinct()];
            if (clouds.Length > MostTokens)
            {
                throw new UsageException($"found {clouds.Length} different tokens", expected: $"at most {MostTokens}");
            }

            var report = new PositionReport(source, new PositionGeometry(loaded.Model.Weights.PositionEmbedding), clouds, promptIds);
            picture.Write(
                () => PositionDrawing.Draw(report),
                parsed.GetValue(json) ? () => JsonShapes.Write(report.ToJson(target), io.Out) : () => report.Write(io),
                "the picture of the positions");
            return ExitCode.Done;
        });
        return command;
    }
}
