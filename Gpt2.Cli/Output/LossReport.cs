// The result of gpt2 loss, of a text or of given probabilities.

using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Evaluation;
using static System.FormattableString;

namespace Gpt2.Cli.Output;

/// <summary>Writes losses.</summary>
internal sealed class LossReport
{
    private readonly PromptedModel? given;
    private readonly int[]? ids;
    private readonly LossRow[] rows;
    private readonly CommandIo io;

    /// <param name="given">The model and the prompt.</param>
    /// <param name="ids">The tokens of the text.</param>
    /// <param name="losses">The losses of its last tokens.</param>
    /// <param name="io">Where to write.</param>
    public LossReport(PromptedModel given, int[] ids, TokenLoss[] losses, CommandIo io)
    {
        this.given = given;
        this.ids = ids;
        this.io = io;
        rows = [.. losses.Select(loss => new LossRow(loss.Probability, loss.Loss, loss.Mean, loss))];
    }

    private LossReport(LossRow[] rows, CommandIo io)
    {
        this.rows = rows;
        this.io = io;
    }

    /// <summary>A report without a model.</summary>
    public static LossReport Of(double[] probabilities, CommandIo io)
    {
        double[] losses = [.. probabilities.Select(CrossEntropy.OfProbability)], means = TokenLosses.RunningMeans(losses);
        return new LossReport([.. probabilities.Select((probability, i) => new LossRow(probability, losses[i], means[i], null))], io);
    }

    private double Loss => rows[^1].Mean;

    public void Write()
    {
        if (given is null)
        {
            io.Say($"the loss of {(rows.Length == 1 ? "a target that has" : "targets that have")} "
                + (rows.Length == 1 ? "this probability" : "these probabilities"));
            WriteNumbers();
        }
        else
        {
            int first = rows[0].Token!.Value.Position, answer = ids!.Length - first;
            string text = first == given.Ids.Length
                ? Invariant($"{given.PromptShown} ({Plural.Of(first, "token")}), then {Shown(ids.AsSpan(first))} ({Plural.Of(answer, "token")})")
                : Invariant($"{given.PromptShown} ({Plural.Of(ids.Length, "token")})");
            io.Say($"{text}: the probability that {given.Model.Name} gave each token after those before it");
            WriteTokens(given.Model);
        }

        io.Say(Verdict());
        if (given is not null)
        {
            int vocabulary = given.Model.Config.Vocabulary;
            io.Say(Invariant($"guessing among all {vocabulary:N0} tokens would lose ln {vocabulary} = {Math.Log(vocabulary):0.0000}"));
        }

        io.Explain("−ln p is 0 for a token that was certain, and grows without limit the less probable it was. More: docs/laboratory.md");
    }

    public string Draw() => new LossDrawing(
        given is null ? "The loss of given probabilities" : $"What each token costs {given.Model.Name}",
        given is null ? "" : $"For {given.PromptShown}. ",
        given?.Model.Config.Vocabulary,
        [.. rows.Select((row, place) => row.Token is TokenLoss token ? given!.Model.Shown(token.Id) : Invariant($"{place}"))]).Draw(rows);

    public void WriteJson(string? svg) => JsonShapes.Write(
        new LossResult(
            given?.Model.Name, given?.PromptText, ids, rows.Length, Loss, CrossEntropy.Perplexity(Loss),
            given is null ? null : Math.Log(given.Model.Config.Vocabulary),
            [.. rows.Select(row => new LossToken(
                row.Token?.Position, row.Token?.Id, row.Token is TokenLoss one ? given!.Model.TextOf(one.Id) : null, row.Probability, row.Loss,
                row.Mean, CrossEntropy.Perplexity(row.Mean), row.Token?.Rank,
                row.Token is TokenLoss best ? new LossBest(best.Best, given!.Model.TextOf(best.Best), best.BestProbability) : null))],
            svg),
        io.Out);

    private void WriteNumbers()
    {
        var table = new TableWriter(
            io, Column.Number("#", drop: 2), Column.Number("probability", brief: "p"), Column.Number("−ln p"),
            Column.Number("mean so far", brief: "mean"), Column.Number("perplexity", drop: 1), new Column("", Drop: Column.Decoration));
        double most = rows.Max(row => row.Loss);
        for (int place = 0; place < rows.Length; place++)
        {
            LossRow row = rows[place];
            table.Row(
                Invariant($"{place}"), PlainProbability(row.Probability), Number(row.Loss), Number(row.Mean), PerplexityText(row.Mean),
                Bar(row, most));
        }

        table.End();
    }

    private void WriteTokens(LanguageModel model)
    {
        var table = new TableWriter(
            io, Column.Number("#", drop: 5), new Column("token", Flow: Flow.Cut), Column.Number("probability", brief: "p"), Column.Number("−ln p"),
            Column.Number("mean so far", drop: 3, brief: "mean"), Column.Number("perplexity", drop: 4), Column.Number("rank", drop: 1),
            new Column("more probable", Drop: 2, Short: "rather", Flow: Flow.Cut), new Column("", Drop: Column.Decoration));
        double most = rows.Max(row => row.Loss);
        int first = rows[0].Token!.Value.Position;
        for (int position = 0; position < ids!.Length; position++)
        {
            string place = Invariant($"{position}"), token = model.Shown(ids[position]);
            if (position < first)
            {
                table.Row(place, token, "", "", "", "", "", "", "");
                continue;
            }

            LossRow row = rows[position - first];
            TokenLoss loss = row.Token!.Value;
            table.Row(
                place, token, Probability.Shown(row.Probability), Number(row.Loss), Number(row.Mean), PerplexityText(row.Mean),
                Invariant($"{loss.Rank}"), loss.Rank == 1 ? "" : $"{model.Shown(loss.Best)} {Probability.Shown(loss.BestProbability)}",
                Bar(row, most));
        }

        table.End();
        io.Say(first == 1 ? "nothing predicts the first token" : Invariant($"the first {first} tokens, the prompt, are given and cost nothing"));
    }

    private string Shown(ReadOnlySpan<int> some) =>
        given!.Model.TextOf(some) is string text ? TokenText.Quoted(TokenText.Shortened(text)) : string.Join(' ', some.ToArray());

    private string Verdict()
    {
        double perplexity = CrossEntropy.Perplexity(Loss);
        string nats = rows.Length == 1 ? "" : Invariant($", the mean of {rows.Length}");
        return double.IsFinite(perplexity)
            ? $"loss {Number(Loss)} nats{nats}; perplexity e^{Number(Loss)} = {PerplexityText(Loss)}: as hard as a choice among that many "
                + $"equally probable tokens"
            : $"loss {Number(Loss)} nats{nats}; perplexity {PerplexityText(Loss)}: a target was impossible, or nearly so";
    }

    /// <summary>As people write probabilities in a calculation: 0.25, 7.4541e-5.</summary>
    private static string PlainProbability(double p) => p is > 0 and < 1e-3 ? Invariant($"{p:0.0000e-0}") : Invariant($"{p:0.######}");

    private static string Bar(LossRow row, double most) => most > 0 && double.IsFinite(most) ? Probability.Bar(row.Loss / most, width: 12) : "";

    internal static string Number(double loss) => double.IsPositiveInfinity(loss) ? "∞" : Invariant($"{loss:0.0000}");

    internal static string PerplexityText(double mean) => CrossEntropy.Perplexity(mean) switch
    {
        double.PositiveInfinity => "∞",
        < 1000 and double some => Invariant($"{some:0.00}"),
        < 1e9 and double many => Invariant($"{many:0}"),
        double huge => Invariant($"{huge:0.00e+0}"),
    };
}

/// <summary>A loss with the mean so far; the token is null if only its probability is known.</summary>
internal readonly record struct LossRow(double Probability, double Loss, double Mean, TokenLoss? Token);
