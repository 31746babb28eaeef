// gpt2 bench prompt and gpt2 bench decode: a whole model, on a prompt and token by token, for each type of weights.

using Gpt2.Cli.CommandLine;
using Gpt2.Core.Generation;
using Gpt2.Core.Measurement;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Cache;
using Gpt2.Kernels;
using Gpt2.Kernels.ReducedMatMul;

namespace Gpt2.Cli.Bench;

internal static class ModelRows
{
    public const string PromptPart = "prompt", DecodePart = "decode";

    private const int PieceTokens = 32;

    /// <summary>A prompt without a cache and with logits only for the last token, as in 'gpt2 predict'.</summary>
    public static void MeasurePrompt(BenchSession session)
    {
        (Gpt2Config sizes, int tokens) = (session.Settings.Sizes, session.Settings.PromptTokens);
        Gpt2Model model = Gpt2Model.ForInference(session.RandomWeights(sizes), session.Settings.Kernels);
        var activations = new ForwardActivations(sizes);
        int[] ids = Ids(sizes, tokens);
        session.Measure(
            new BenchWhat(PromptPart, $"prompt of {tokens} tokens", "f32"), Work.Prompt(sizes, tokens), LimitKind.FmaPeak, BenchUnit.Tokens(tokens),
            () => model.Forward(ids, cache: null, activations));
    }

    /// <summary>Token by token, the most probable each time, with the limit measured every few tokens.</summary>
    public static void MeasureDecoding(BenchSession session)
    {
        (Gpt2Config sizes, int from, int to) = (session.Settings.Sizes, session.Settings.From, session.Settings.To);
        var activations = new ForwardActivations(sizes);
        var cache = new KeyValueCache(sizes, to);
        int pieces = (to - from + PieceTokens - 1) / PieceTokens;
        foreach (WeightType type in Enum.GetValues<WeightType>())
        {
            string name = CommonOptions.NameOf(type);
            var what = new BenchWhat(DecodePart, $"decoding from {from} to {to}, {name}", name);
            session.Begin(what.Name);
            Gpt2Model model = Gpt2Model.ForInference(session.RandomWeights(sizes), session.Settings.Kernels, type);
            cache.Truncate(0);
            model.Forward(Ids(sizes, from), cache, activations);
            double Piece(int piece)
            {
                session.Cancellation.ThrowIfCancellationRequested();
                int first = from + (piece * PieceTokens), last = Math.Min(first + PieceTokens, to);
                cache.Truncate(first);
                return session.Timer.SecondsOnce(() =>
                {
                    for (int token = first; token < last; token++)
                    {
                        int next = Greedy.Choose(activations.Logits.Row(0));
                        model.Forward([next], cache, activations);
                    }
                });
            }

            Piece(0); // warms up
            Work work = Work.Token(sizes, (from + to + 1) / 2.0, BytesPerToken(sizes, type));
            session.Measure(what, work, LimitKind.ReadBandwidth, BenchUnit.Tokens(1), Piece, pieces, calls: to - from);
        }
    }

    /// <summary>Bytes of the weights that a token is multiplied by, including scales.</summary>
    private static double BytesPerToken(Gpt2Config sizes, WeightType type)
    {
        double Bytes(int inner, int columns) =>
            type == WeightType.Float32 ? sizeof(float) * (double)inner * columns : ReducedPanels.Length(type, inner, columns);
        (int channels, int hidden) = (sizes.Channels, sizes.Hidden);
        double block = Bytes(channels, 3 * channels) + Bytes(channels, channels) + Bytes(channels, hidden) + Bytes(hidden, channels);
        return (sizes.Layers * block) + Bytes(channels, sizes.Vocabulary);
    }

    /// <summary>Ids spread over the vocabulary.</summary>
    private static int[] Ids(Gpt2Config sizes, int count) => [.. Enumerable.Range(0, count).Select(i => (int)(i * 7919L % sizes.Vocabulary))];
}
