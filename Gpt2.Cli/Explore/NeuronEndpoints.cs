// What the view of neurons asks beyond the sheets: at which tokens of another text a neuron is strongest.

using Gpt2.Cli.Http;
using Gpt2.Core;
using Gpt2.Core.Laboratory;
using Microsoft.AspNetCore.Http;
using static System.FormattableString;

namespace Gpt2.Cli.Explore;

/// <summary>Answers requests about neurons.</summary>
/// <param name="model">The model.</param>
/// <param name="maker">Gives turns, since a text is run.</param>
/// <param name="limits">What is accepted.</param>
internal sealed class NeuronEndpoints(LanguageModel model, SessionMaker maker, ExplorerLimits limits)
{
    private const int Strongest = 20;

    /// <summary>Tokens shown on either side.</summary>
    private const int Around = 8;

    /// <summary>The maximum number of tokens that a token can see: enough for a neuron, and fast.</summary>
    private const int LargestWindow = 256;

    /// <summary>POST neurons {text, block, neuron}. A client that leaves ends the search.</summary>
    /// <exception cref="ApiException">There is no such neuron, or the text is empty or too long.</exception>
    public async Task SearchAsync(HttpContext context, ExplorerSession session)
    {
        NeuronSearchBody body = ExplorerShapes.ReadNeuronSearch(await RequestBody.ReadAsync(context, limits.BodyBytes, limits.BodyTime));
        int block = Within("block", body.Block, model.Config.Layers), neuron = Within("neuron", body.Neuron, model.Config.Hidden);
        int[] ids = model.Tokenizer.Encode(body.Text ?? throw ApiException.BadValue("text", "missing", "a text"));
        if (ids.Length == 0)
        {
            throw ApiException.BadValue("text", "empty", "a text");
        }

        if (ids.Length > limits.SearchTokens)
        {
            throw new ApiException(
                400, Invariant($"the text has {ids.Length} tokens, expected at most {limits.SearchTokens}: shorten it"), "text", "text_too_long");
        }

        int window = Math.Min(LargestWindow, model.Config.Context);
        IReadOnlyList<NeuronFiring> found = await maker.InTurnAsync(
            () => NeuronSearch.Strongest(session.Model, ids, block, neuron, Strongest, window, context.RequestAborted), context.RequestAborted);
        await ExplorerAnswer.JsonAsync(context.Response, new FiringsBody(ids.Length, window, [.. found.Select(firing => Describe(firing, ids))]));
    }

    private FiringBody Describe(NeuronFiring firing, int[] ids)
    {
        int at = firing.Position;
        return new FiringBody(
            at, firing.Value, Labels(ids[Math.Max(0, at - Around)..at]), Labels([ids[at]]),
            Labels(ids[(at + 1)..Math.Min(ids.Length, at + 1 + Around)]));
    }

    /// <summary>Some tokens as one text, so that characters of several tokens are whole.</summary>
    private string Labels(int[] ids) =>
        TokenLabel.Of(ids.SelectMany(id => model.Tokenizer.Vocabulary.BytesOf(id).ToArray()).ToArray());

    private static int Within(string name, int? given, int count) => given is int number && number >= 0 && number < count
        ? number
        : throw ApiException.BadValue(
            name, given is int wrong ? Invariant($"'{wrong}'") : "missing", Invariant($"a whole number from 0 to {count - 1}"));
}
