// gpt2 why: where one number of a forward pass comes from, down to the cells it was computed from.

using System.CommandLine;
using System.Text.Json;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Explaining;

namespace Gpt2.Cli.Commands;

internal static class WhyCommand
{
    private const int StandardTerms = 10;

    public static Command Create(CommandIo io)
    {
        Argument<string> cell = new("cell")
        {
            Description = "MATRIX[ROW, COLUMN] or MATRIX[ROW, head H, COLUMN], in quotes: \"h0.step7[' moves', head 0, 'Mike']\".",
        };
        var input = new PromptedModelInput(last: cell, keepMatrices: true);
        Option<bool> all = new("--all") { Description = $"Show all terms, not only the {StandardTerms} largest." };

        var command = new Command(
            "why",
            "Show where a number of the forward pass comes from: its formula, and the numbers it was computed from.\n"
            + "Matrices are token_embeddings, position_embeddings, h0.step1 to h0.step16 and so on for every block (step 5 is "
            + "h0.step5.queries, h0.step5.keys and h0.step5.values), last_hidden_state, last_layernorm, predicted_embedding, logits and "
            + "probabilities. Rows, columns and heads are counted from 0, or with a minus from the end; tokens may be given by their text.");
        input.AddTo(command);
        command.Options.Add(all);
        command.SetAction(parsed =>
        {
            string text = parsed.GetRequiredValue(cell);
            OfAddress(() => CellAddress.FormOf(text)); // before anything is read
            PromptedModel given = input.Read(parsed, io);
            LanguageModel model = given.Model;
            model.Model.CheckPrompt(given.Ids, past: 0);
            var tokens = new PromptTokens(given.Ids, model.HasText ? model.Tokenizer : null);
            CellAddress address = OfAddress(() => CellAddress.Parse(text, model.Config, tokens));
            var pass = PassExplanation.Run(
                model.Model, given.Ids, address.RowsNeeded(given.Ids.Length, model.Config), given.Breakpoint);
            CellOrigin origin = pass.OriginOf(address);
            int most = parsed.GetValue(all) ? int.MaxValue : StandardTerms;
            OriginTerm[] shown = [.. origin.LargestFirst().Where((term, place) => place < most || term == origin.Own)];
            if (given.Json)
            {
                WriteJson(origin, shown, pass, given, io);
            }
            else
            {
                new OriginTable(origin, pass, model, io).Write(shown);
            }

            return ExitCode.Done;
        });
        return command;
    }
    /// <summary>What is wrong with the address is wrong usage.</summary>
    private static T OfAddress<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Gpt2Exception e)
        {
            throw new UsageException(e);
        }
    }

    private static void WriteJson(CellOrigin origin, OriginTerm[] shown, PassExplanation pass, PromptedModel given, CommandIo io)
    {
        LanguageModel model = given.Model;
        MatrixDescription matrix = origin.Description;
        MatrixCell cell = origin.Cell;
        ColumnMeaning column = pass.ColumnOf(cell.Matrix, cell.Column);
        int id = given.Ids[cell.Row];
        WhyCell Of(MatrixCell one) => new(one.Matrix, one.Row, one.Column, one.Value);

        JsonShapes.Write(
            new WhyResult(
                model.Name, given.PromptText, given.Ids, cell.Address, cell.Matrix, matrix.Block, matrix.Step, matrix.Title, cell.Row, cell.Column,
                new WhyLabel(null, null, null, null, cell.Row, id, model.TextOf(id)),
                new WhyLabel(
                    column.Part, column.Head, column.Channel, column.Unit, column.Position, column.Id,
                    column.Id is int token ? model.TextOf(token) : null),
                cell.Value, origin.Recomputed, JsonNamingPolicy.SnakeCaseLower.ConvertName(origin.Operation.ToString()),
                matrix.Formula, matrix.Words, origin.InNumbers, matrix.Shape, [.. matrix.Sources], matrix.Method,
                [.. origin.Figures.Select(figure => new WhyFigure(figure.Name, figure.Value))],
                [.. shown.Select(term => new WhyTerm(
                    Of(term.Source), term.Factor is MatrixCell factor ? Of(factor) : null,
                    pass.TokenOf(term.Source) is int of ? model.TextOf(of) : null, term.Contribution, term.Share, term == origin.Own))],
                new WhyRest(
                    origin.Terms.Count - shown.Length,
                    origin.Terms.Sum(term => term.Contribution) - shown.Sum(term => term.Contribution))),
            io.Out);
    }
}
