// Where a number comes from, as the explorer answers: what Core explains, with the places and labels of the page.

using System.Net;
using System.Text.Json;
using Gpt2.Cli.Explore;
using Gpt2.Core.Explaining;
using Gpt2.Core.Model;

namespace Gpt2.Tests.Cli.Explore;

public sealed class ExplorerWhyTests : IAsyncLifetime
{
    private const string Prompt = "ab a a a";

    private RunningExplorer explorer = null!;
    private JsonElement session;
    private PassExplanation pass = null!;

    public async Task InitializeAsync()
    {
        explorer = await RunningExplorer.StartAsync();
        session = await explorer.RunAsync(Prompt);
        pass = PassExplanation.Run(explorer.Model.Model, explorer.Model.Tokenizer.Encode(Prompt), HeadRows.All);
    }

    public async Task DisposeAsync()
    {
        explorer.Failures.Should().BeEmpty();
        await explorer.DisposeAsync();
    }

    [Fact]
    public async Task Origin_OfACellOfEverySheet_IsWhatCoreExplains_AndItsSourcesAreThere()
    {
        foreach (MatrixDescription matrix in pass.Descriptions)
        {
            int row = 2, column = pass.NumbersOf(matrix.Name).Columns / 2;
            CellOrigin origin = pass.OriginOf(matrix.Name, row, column);

            JsonElement found = await explorer.AskAsync(session, $"why/{matrix.Name}?row={row}&column={column}&top=1024&order=columns");

            found.GetProperty("cell").GetProperty("value").GetSingle().Should().Be(origin.Cell.Value, matrix.Name);
            found.GetProperty("operation").GetString().Should().Be(origin.Operation.ToString());
            found.GetProperty("formula").GetString().Should().Be(matrix.Formula);
            found.GetProperty("words").GetString().Should().Be(matrix.Words);
            found.GetProperty("inNumbers").GetString().Should().Be(origin.InNumbers);
            found.GetProperty("recomputed").GetDouble().Should().Be(origin.Recomputed);
            found.GetProperty("count").GetInt32().Should().Be(origin.Terms.Count);
            found.GetProperty("rest").GetDouble().Should().Be(0);
            found.GetProperty("figures").EnumerateArray()
                .Select(figure => new OriginFigure(figure.GetProperty("name").GetString()!, figure.GetProperty("value").GetDouble()))
                .Should().Equal(origin.Figures);
            JsonElement[] terms = [.. found.GetProperty("terms").EnumerateArray()];
            terms.Select(term => TermOf(term)).Should().Equal(origin.Terms, matrix.Name);
            terms.Count(term => term.GetProperty("isOwn").GetBoolean()).Should().Be(origin.Own is null ? 0 : 1);
            foreach (JsonElement term in terms.Take(3))
            {
                JsonElement source = term.GetProperty("source");
                int r = source.GetProperty("row").GetInt32(), c = source.GetProperty("column").GetInt32();
                (await explorer.WindowAsync(session, source.GetProperty("sheet").GetString()!, $"?r0={r}&r1={r + 1}&c0={c}&c1={c + 1}"))
                    .Should().Equal(source.GetProperty("value").GetSingle());
            }
        }
    }

    [Fact]
    public async Task Terms_AreTheLargest_AndTheRestIsSummedUp()
    {
        CellOrigin origin = pass.OriginOf("h1.step15", 3, 4);

        JsonElement found = await explorer.AskAsync(session, "why/h1.step15?row=3&column=4&top=5");

        found.GetProperty("terms").EnumerateArray().Select(TermOf).Should().Equal(origin.LargestFirst().Take(5));
        found.GetProperty("rest").GetDouble().Should().BeApproximately(origin.LargestFirst().Skip(5).Sum(term => term.Contribution), 1e-12);
        found.GetProperty("largest").GetDouble().Should().Be(origin.Terms.Max(term => Math.Abs(term.Contribution)));
    }

    [Fact]
    public async Task OwnTerm_OfASoftmax_IsAlwaysThere_WithTheLabelsOfTokens()
    {
        JsonElement found = await explorer.AskAsync(session, "why/probabilities?row=3&column=262&top=2&order=columns");

        JsonElement[] terms = [.. found.GetProperty("terms").EnumerateArray()];
        terms.Select(term => term.GetProperty("source").GetProperty("column").GetInt32()).Should().Equal(0, 1, 262);
        terms.Select(term => term.GetProperty("isOwn").GetBoolean()).Should().Equal(false, false, true);
        terms[2].GetProperty("label").GetString().Should().Be("<script>");
    }

    [Fact]
    public async Task MaskedCell_HasNoTerms_AndSaysSo()
    {
        JsonElement found = await explorer.AskAsync(session, "why/h0.step6?row=1&column=3");

        found.GetProperty("operation").GetString().Should().Be("Mask");
        found.GetProperty("count").GetInt32().Should().Be(0);
        found.GetProperty("inNumbers").GetString().Should().Contain("token 3 comes after token 1");
    }

    [Fact]
    public async Task Weight_WasLearned_AndSaysWhatUsesIt()
    {
        JsonElement found = await explorer.AskAsync(session, "why/model_wte?row=7&column=3");

        found.GetProperty("cell").GetProperty("value").GetSingle().Should().Be(explorer.Model.Model.Weights.TokenEmbedding[7, 3]);
        found.GetProperty("usedBy").EnumerateArray().Select(name => name.GetString()).Should().Equal("token_embeddings", "logits");
        found.TryGetProperty("terms", out _).Should().BeFalse();
    }

    [Fact]
    public async Task Origin_WhereOnlyTheLastRowWasComputed_PointsToThatRow()
    {
        await using RunningExplorer small = await RunningExplorer.StartAsync(new ExplorerLimits { HeadBytes = 1 });
        JsonElement last = await small.RunAsync(Prompt);

        JsonElement logit = await small.AskAsync(last, "why/logits?row=0&column=9&order=columns");
        JsonElement hidden = await small.AskAsync(last, "why/last_hidden_state?row=0&column=1");

        logit.GetProperty("cell").GetProperty("value").GetSingle().Should().Be(pass.CellOf("logits", 3, 9).Value);
        logit.GetProperty("terms")[0].GetProperty("source").GetProperty("row").GetInt32().Should().Be(0);
        hidden.GetProperty("terms")[0].GetProperty("source").GetProperty("row").GetInt32().Should().Be(3, "the sheet of step 16 has all rows");
    }

    [Theory]
    [InlineData("h0.step1?row=4", HttpStatusCode.BadRequest)]
    [InlineData("h0.step1?column=12", HttpStatusCode.BadRequest)]
    [InlineData("h0.step1?top=1025", HttpStatusCode.BadRequest)]
    [InlineData("h0.step1?order=odd", HttpStatusCode.BadRequest)]
    [InlineData("h7.step1", HttpStatusCode.NotFound)]
    public async Task WrongQuestion_IsRefused(string question, HttpStatusCode status)
    {
        using HttpResponseMessage response = await explorer.Client.GetAsync(RunningExplorer.PathOf(session, $"why/{question}"));

        response.StatusCode.Should().Be(status);
    }

    [Fact]
    public void Source_OfEveryMatrix_IsItsWholeMethod()
    {
        foreach (MatrixDescription matrix in pass.Descriptions)
        {
            string name = matrix.Method.Split('.')[1], source = MethodSource.Of(matrix.Method);

            source.Should().MatchRegex($@"\A(public|private) (static )?void {name}\(", matrix.Name);
            source.Count(letter => letter == '{').Should().Be(source.Count(letter => letter == '}'));
            source.Should().MatchRegex(@"(;|\n\})\z");
            System.Text.RegularExpressions.Regex.Count(source, @"\bvoid\b").Should().Be(1, "the method alone");
        }

        MethodSource.Of("TransformerBlock.Step10Residual1").Should().Be(
            "private void Step10Residual1(Matrix attentionOutput, Matrix input, Matrix residual1) =>\n"
            + "    kernels.Add.Apply(attentionOutput, input, residual1);");
    }

    [Fact]
    public void Source_ThatIsNotThere_IsNamed()
    {
        FluentActions.Invoking(() => MethodSource.Of("Tokenizer.Encode")).Should().Throw<ArgumentException>().WithMessage("*Tokenizer*");
        FluentActions.Invoking(() => MethodSource.Of("Embedding.Nothing")).Should().Throw<ArgumentException>().WithMessage("*Nothing*");
    }

    private OriginTerm TermOf(JsonElement term)
    {
        JsonElement factor = term.GetProperty("factor"), share = term.GetProperty("share");
        var found = new OriginTerm(
            CellOf(term.GetProperty("source")), factor.ValueKind == JsonValueKind.Null ? null : CellOf(factor),
            term.GetProperty("contribution").GetDouble(), share.ValueKind == JsonValueKind.Null ? null : share.GetDouble());
        string? label = term.GetProperty("label").GetString();
        label.Should().Be(
            pass.TokenOf(found.Source) is int id ? TokenLabel.Of(explorer.Model.Tokenizer.Vocabulary, id) : null, found.Source.Address);
        return found;
    }

    private static MatrixCell CellOf(JsonElement place) => new(
        place.GetProperty("sheet").GetString()!, place.GetProperty("row").GetInt32(), place.GetProperty("column").GetInt32(),
        place.GetProperty("value").GetSingle());
}
