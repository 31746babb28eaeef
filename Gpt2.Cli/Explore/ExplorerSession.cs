// A session is what one tab looks at: a prompt, its edits, and every number of its pass. It never changes; another prompt or another edit
// makes another session.

using System.Security.Cryptography;
using Gpt2.Core;
using Gpt2.Core.Explaining;
using Gpt2.Core.Generation;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;

namespace Gpt2.Cli.Explore;

/// <summary>A prompt and its pass.</summary>
internal sealed class ExplorerSession
{
    private const int PredictedTokens = 10;

    private readonly Dictionary<string, Sheet> byName;
    private readonly Lazy<PassExplanation> explanation;

    /// <param name="model">The model, whose weights are matrices.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="unedited">Its pass without edits.</param>
    /// <param name="headRows">Which rows the head computed.</param>
    /// <param name="edits">The edits.</param>
    /// <exception cref="Gpt2Exception">An edit is not possible.</exception>
    public ExplorerSession(
        LanguageModel model, string prompt, ForwardTrace unedited, HeadRows headRows, params IReadOnlyList<PassEdit> edits)
    {
        Prompt = prompt;
        Unedited = unedited;
        HeadRows = headRows;
        Edits = edits;
        (Model, Trace) = (model.Model, unedited);
        Bytes = PassMemory.Of(model.Config, unedited.Ids.Count, headRows, edits.Count > 0);
        IEnumerable<Sheet> sheets = SheetList.Of(unedited, model.Model.Weights);
        if (edits.Count > 0)
        {
            var pass = EditedPass.Run(model.Model, unedited, edits);
            (Model, Trace) = (pass.Model, pass.Trace);
            Bytes += SheetList.BytesOfCopies(pass.Model.Weights, model.Model.Weights);
            sheets = SheetList.Of(Trace, Model.Weights).Zip(sheets, (after, before) => after with { Before = before.Matrix });
        }

        Sheets = [.. sheets];
        byName = Sheets.ToDictionary(sheet => sheet.Name);
        explanation = new Lazy<PassExplanation>(() => new PassExplanation(Model, Trace));
    }

    /// <summary>Cannot be guessed, so that only the tab that made the session can read it.</summary>
    public string Id { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    public string Prompt { get; }

    /// <summary>The model, with copies of the weights that edits have changed.</summary>
    public Gpt2Model Model { get; }

    /// <summary>The pass, with the edits.</summary>
    public ForwardTrace Trace { get; }

    /// <summary>The pass without edits; the same one if there are none.</summary>
    public ForwardTrace Unedited { get; }

    public IReadOnlyList<PassEdit> Edits { get; }

    public HeadRows HeadRows { get; }

    /// <summary>The memory that the pass takes.</summary>
    public long Bytes { get; }

    /// <summary>In the order of the model, weights last.</summary>
    public IReadOnlyList<Sheet> Sheets { get; }

    /// <summary>Where the numbers of the pass come from; made when it is first asked for.</summary>
    public PassExplanation Explanation => explanation.Value;

    /// <summary>A sheet by its name; null if there is none.</summary>
    public Sheet? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>The most probable next tokens of a pass.</summary>
    /// <exception cref="Gpt2Exception">The logits are not a distribution.</exception>
    public static Candidate[] Predict(ForwardTrace trace)
    {
        Matrix logits = trace.Activations.Logits;
        int last = logits.Rows - 1;
        return Prediction.Top(logits.Row(last), trace.Activations.Probabilities.Row(last), PredictedTokens);
    }
}
