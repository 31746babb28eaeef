// What a model says while it is trained: a greedy continuation of one prompt, every so many steps.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Training;

namespace Gpt2.Cli.Commands;

/// <summary>Samples of training and post-training.</summary>
internal static class TrainingSample
{
    private const int MostTokens = 30;

    /// <summary>The option for how often.</summary>
    public static Option<int> Every(int standard) =>
        CommonOptions.Count("--sample-every", [], "Steps between samples, 0 for none.", least: 0, standard);

    /// <summary>Writes a sample to the log if it is time for one.</summary>
    /// <param name="every">Steps between samples; 0 for none.</param>
    /// <param name="step">The step that is done.</param>
    /// <param name="model">The model as trained so far.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="prompt">At least one token.</param>
    /// <param name="io">The log.</param>
    public static void Note(int every, StepResult step, Gpt2Model model, Tokenizer tokenizer, int[] prompt, CommandIo io)
    {
        if (every == 0 || step.Step % every != 0)
        {
            return;
        }

        var session = new GenerationSession(model, prompt, MostTokens, tokenizer.Vocabulary.EndOfText);
        while (session.TryNext(out _))
        {
        }

        io.Note("sample: " + TokenText.Quoted(tokenizer.Decode([.. session.Ids])));
    }
}
