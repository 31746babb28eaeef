// A session is what one tab looks at: a prompt and every number of its pass. It never changes; another prompt makes
// another session.

using System.Security.Cryptography;
using Gpt2.Core;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Tracing;

namespace Gpt2.Cli.Explore;

/// <summary>A prompt and its pass.</summary>
internal sealed class ExplorerSession
{
    private const int PredictedTokens = 10;

    private readonly Dictionary<string, Sheet> byName;

    /// <param name="model">The model, whose weights are matrices.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="trace">Its pass.</param>
    /// <param name="headRows">Which rows the head computed.</param>
    public ExplorerSession(LanguageModel model, string prompt, ForwardTrace trace, HeadRows headRows)
    {
        Prompt = prompt;
        Trace = trace;
        HeadRows = headRows;
        Bytes = PassMemory.Of(model.Config, trace.Ids.Count, headRows);
        Sheets = [.. SheetList.Of(trace, model.Model.Weights)];
        byName = Sheets.ToDictionary(sheet => sheet.Name);
    }

    /// <summary>Cannot be guessed, so that only the tab that made the session can read it.</summary>
    public string Id { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    public string Prompt { get; }

    public ForwardTrace Trace { get; }

    public HeadRows HeadRows { get; }

    /// <summary>The memory that the pass takes.</summary>
    public long Bytes { get; }

    /// <summary>In the order of the model, weights last.</summary>
    public IReadOnlyList<Sheet> Sheets { get; }

    /// <summary>A sheet by its name; null if there is none.</summary>
    public Sheet? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>The most probable next tokens.</summary>
    /// <exception cref="Gpt2Exception">The logits are not a distribution.</exception>
    public Candidate[] Predict()
    {
        ForwardActivations a = Trace.Activations;
        int last = a.Logits.Rows - 1;
        return Prediction.Top(a.Logits.Row(last), a.Probabilities.Row(last), PredictedTokens);
    }
}
