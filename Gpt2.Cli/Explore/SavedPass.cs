// A pass for a page that has no server: everything that its questions need, as JSON and as numbers.

using System.IO.Compression;
using Gpt2.Core;
using Gpt2.Core.Explaining;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Tracing;
using Gpt2.Kernels;

namespace Gpt2.Cli.Explore;

/// <summary>A pass as a file holds it.</summary>
/// <param name="Json">A <see cref="SavedBody"/>, as gzip.</param>
/// <param name="Numbers">
/// The numbers of all sheets as float32, sheet after sheet and row after row, as gzip: first the lowest byte of every number, then the
/// second of every number, and so on, since only the highest ones, sign and exponent, can be compressed.
/// </param>
internal sealed record SavedPass(byte[] Json, byte[] Numbers)
{
    /// <summary>Runs a prompt and packs its pass.</summary>
    /// <param name="model">A model with text, whose weights are matrices.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="ids">Its tokens.</param>
    public static SavedPass Of(LanguageModel model, string prompt, int[] ids)
    {
        var session = new ExplorerSession(model, prompt, ForwardTrace.Run(model.Model, ids, HeadRows.All), HeadRows.All);
        return new SavedPass(Packed(ExplorerShapes.Bytes(Describe(model, session))), Packed(NumbersOf(session.Sheets)));
    }

    /// <summary>The bytes of all numbers of a pass and of its model, before they are packed.</summary>
    public static long BytesOf(Gpt2Config config, int tokens) =>
        PassMemory.Of(config, tokens, HeadRows.All, edited: false) + (config.Parameters * sizeof(float));

    private static SavedBody Describe(LanguageModel model, ExplorerSession session)
    {
        var bodies = new SessionBodies(model);
        SessionBody body = bodies.Describe(session);
        Vocabulary vocabulary = model.Tokenizer.Vocabulary;
        string[] labels = bodies.Labels(0, model.Config.Vocabulary);
        SavedMatrixBody[] matrices =
            [.. session.Explanation.Descriptions.Select(matrix => Describe(session.Explanation, matrix, model.Config.Activation))];
        return new SavedBody(
            body with { Sheets = [.. body.Sheets.Select(sheet => sheet with { CanBeChanged = false })] },
            labels,
            Enumerable.Range(0, Math.Min(labels.Length, vocabulary.Count))
                .Select(id => KeyValuePair.Create(id, RankedTokens.TextOf(vocabulary, id)))
                .Where(text => text.Value != TokenLabel.WithSpaces(labels[text.Key])).ToDictionary(),
            [.. Words(bodies, session)],
            body.Problem is null ? [.. Read(model, session)] : [],
            matrices,
            matrices.Select(matrix => matrix.Method).Distinct().ToDictionary(method => method, MethodSource.Of));
    }

    private static IEnumerable<WordBody> Words(SessionBodies bodies, ExplorerSession session)
    {
        for (int token = 0; bodies.WordOf(session, token) is WordBody word; token += word.Ids.Length)
        {
            yield return word;
        }
    }

    private static IEnumerable<ReadingBody[]> Read(LanguageModel model, ExplorerSession session)
    {
        var lens = new LogitLens(session.Model, session.Trace);
        return lens.Depths.Select(depth => lens.Read(depth, 0, session.Trace.Ids.Count, DepthEndpoints.TopTokens)
            .Select(reading => DepthEndpoints.Describe(reading, model)).ToArray());
    }

    /// <summary>The operation is that of the last row's column 0, which is masked nowhere.</summary>
    private static SavedMatrixBody Describe(PassExplanation pass, MatrixDescription matrix, ActivationFunction activation)
    {
        CellOrigin origin = pass.OriginOf(matrix.Name, pass.Trace.Ids.Count - 1, 0);
        OriginFigure? divisor = origin.Operation == CellOperation.ScaledDotProduct && origin.Figures.Count > 0 ? origin.Figures[0] : null;
        return new SavedMatrixBody(
            matrix.Name, origin.Operation.ToString(), [.. matrix.Sources], origin.Terms[0].Source.Column, divisor?.Value ?? 1, divisor?.Name,
            matrix.Formula, matrix.Words, matrix.Method,
            origin.Operation == CellOperation.Gelu ? VariantFormulas.ActivationTemplate(activation) : null);
    }

    private static byte[] NumbersOf(IReadOnlyList<Sheet> sheets)
    {
        int count = sheets.Sum(sheet => sheet.Matrix.Rows * sheet.Matrix.Columns), at = 0;
        byte[] planes = new byte[sizeof(float) * count];
        foreach (Matrix matrix in sheets.Select(sheet => sheet.Matrix))
        {
            for (int row = 0; row < matrix.Rows; row++)
            {
                foreach (float value in matrix.Row(row))
                {
                    int bits = BitConverter.SingleToInt32Bits(value);
                    for (int plane = 0; plane < sizeof(float); plane++)
                    {
                        planes[(plane * count) + at] = (byte)(bits >> (8 * plane));
                    }

                    at++;
                }
            }
        }

        return planes;
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }
}
