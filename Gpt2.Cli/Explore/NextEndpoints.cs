// What the view of the next token asks: the distribution after the prompt through every filter, and which token a seed draws.

using System.Globalization;
using System.Text;
using Gpt2.Cli.Http;
using Gpt2.Core;
using Gpt2.Core.Generation;
using Gpt2.Core.Numerics;
using Microsoft.AspNetCore.Http;

namespace Gpt2.Cli.Explore;

/// <summary>Answers requests about the next token.</summary>
internal sealed class NextEndpoints(LanguageModel model, ExplorerLimits limits)
{
    private const int ListedStandard = 100;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// GET next?temperature=&amp;topK=&amp;topP=&amp;minP=&amp;seed=&amp;draws=&amp;top=: as <c>gpt2 explain</c> explains it. With the same seed,
    /// <c>gpt2 generate</c> chooses this token after as many <c>draws</c> as were made before.
    /// </summary>
    /// <exception cref="ApiException">An option is not valid, or the model's output is no distribution.</exception>
    public Task AnswerAsync(HttpContext context, ExplorerSession session, string[] rest)
    {
        if (rest.Length > 0)
        {
            throw ExplorerRouter.Nothing(context.Request.Path.Value ?? "");
        }

        IQueryCollection query = context.Request.Query;
        SamplingOptions options = ReadOptions(query);
        int draws = SheetRange.Whole(query, "draws", 0, model.Config.Context, 0);
        int top = SheetRange.Whole(query, "top", 1, limits.ListedTokens, ListedStandard);
        int[] ids = [.. session.Trace.Ids];
        Matrix logits = session.Trace.Activations.Logits;
        try
        {
            var explanation = DistributionExplanation.Of(
                logits.Row(logits.Rows - 1), ids, new GenerationOptions { Sampling = options }, draws);
            return ExplorerAnswer.JsonAsync(context.Response, Describe(explanation, ids, top, options.Temperature > 0));
        }
        catch (Gpt2Exception e)
        {
            throw DepthEndpoints.NoDistribution(e);
        }
    }

    private NextBody Describe(DistributionExplanation explanation, int[] ids, int top, bool isDrawn)
    {
        IEnumerable<(TokenExplanation Token, int Place)> listed = explanation.Tokens.Select((token, place) => (token, place))
            .Where(one => one.place < top || one.token.Id == explanation.Drawn);
        int kept = explanation.Stages.Count == 0 ? explanation.Tokens.Count : explanation.Stages[^1].Kept;
        string? longer = TextOf([.. ids, explanation.Drawn]);
        return new NextBody(
            explanation.Tokens.Count, kept, isDrawn ? explanation.Random : null, explanation.Drawn, Label(explanation.Drawn), longer,
            longer is not null && model.Tokenizer.Encode(longer).AsSpan().SequenceEqual([.. ids, explanation.Drawn]),
            [.. explanation.Stages.Select(stage => new StageBody(stage.Filter.Name, stage.Filter.Label, stage.Kept, stage.Dropped))],
            [.. listed.Select(one => Describe(one.Token, one.Place + 1))]);
    }

    private CandidateBody Describe(TokenExplanation token, int rank) => new(
        rank, token.Id, Label(token.Id), token.Logit, token.Probability, token.AfterTemperature, token.DroppedBy?.Name, token.Renormalised,
        token.DrawnFrom, token.DrawnBelow);

    private string Label(int id) => TokenLabel.Of(model.Tokenizer.Vocabulary, id);

    /// <summary>Tokens as text; null if they end within a character.</summary>
    private string? TextOf(int[] ids)
    {
        if (ids.Any(id => id >= model.Tokenizer.Vocabulary.Count))
        {
            return null;
        }

        try
        {
            return Utf8.GetString([.. ids.SelectMany(id => model.Tokenizer.Vocabulary.BytesOf(id).ToArray())]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static SamplingOptions ReadOptions(IQueryCollection query)
    {
        var standard = new SamplingOptions();
        var options = new SamplingOptions
        {
            Temperature = Number(query, "temperature", standard.Temperature),
            TopK = SheetRange.Whole(query, "topK", 0, int.MaxValue, standard.TopK),
            TopP = Number(query, "topP", standard.TopP),
            MinP = Number(query, "minP", standard.MinP),
            Seed = Seed(query),
        };
        return options.Problem() is Gpt2Exception problem
            ? throw new ApiException(400, problem.Message, code: "bad_option")
            : options;
    }

    private static double Number(IQueryCollection query, string name, double standard)
    {
        string? given = query[name];
        return given is null ? standard
            : double.TryParse(given, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number
            : throw ApiException.BadValue(name, $"'{VisibleText.Brief(given)}'", "a number");
    }

    private static ulong Seed(IQueryCollection query)
    {
        string? given = query["seed"];
        return given is null ? 0
            : ulong.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed) ? seed
            : throw ApiException.BadValue("seed", $"'{VisibleText.Brief(given)}'", "a whole number");
    }
}
