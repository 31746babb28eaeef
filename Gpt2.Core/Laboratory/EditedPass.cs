// A pass with some changes, computed again from the first block that they concern. Neither the model nor the trace that it begins from
// is changed: edited weights are copies, everything else is shared.

using Gpt2.Core.Explaining;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;
using static System.FormattableString;

namespace Gpt2.Core.Laboratory;

/// <summary>A prompt's pass with edits.</summary>
public sealed class EditedPass
{
    private EditedPass(Gpt2Model model, ForwardTrace trace, int? firstBlock)
    {
        Model = model;
        Trace = trace;
        FirstBlock = firstBlock;
    }

    /// <summary>The model with edited copies of the weights that are changed, and all other weights of the model it was made from.</summary>
    public Gpt2Model Model { get; }

    /// <summary>The pass.</summary>
    public ForwardTrace Trace { get; }

    /// <summary>
    /// The first block that was computed again; the number of layers if only the head was, null if the embeddings were too.
    /// </summary>
    public int? FirstBlock { get; }

    /// <summary>Runs a pass again with edits, which are made in their order.</summary>
    /// <param name="model">A model whose weights are matrices.</param>
    /// <param name="trace">Its pass without edits.</param>
    /// <param name="edits">The edits.</param>
    /// <exception cref="Gpt2Exception">An edit is not possible: there is no such matrix, row or column.</exception>
    /// <exception cref="InvalidOperationException">The model's weights were packed for inference.</exception>
    public static EditedPass Run(Gpt2Model model, ForwardTrace trace, IReadOnlyList<PassEdit> edits)
    {
        var plan = new Plan(model, trace);
        foreach (PassEdit edit in edits)
        {
            plan.Add(edit);
        }

        Gpt2Model edited = plan.Weights.Count == 0
            ? model
            : new Gpt2Model(model.Weights.With(matrix => plan.Weights.GetValueOrDefault(matrix, matrix)), model.Kernels);
        return new EditedPass(edited, trace.Rerun(edited, plan.FirstBlock, plan), plan.FirstBlock);
    }

    /// <summary>What is changed where.</summary>
    private sealed class Plan : PassEdits
    {
        private readonly Gpt2Config config;
        private readonly Dictionary<string, TraceEntry> passMatrices;
        private readonly Dictionary<string, Matrix> weightMatrices;
        private readonly Dictionary<(int? Block, string Name), List<PassEdit>> ofPass = [];
        private int first;

        public Plan(Gpt2Model model, ForwardTrace trace)
        {
            config = model.Config;
            first = config.Layers;
            passMatrices = MatrixDescription.AllOf(config).Zip(trace.Entries).ToDictionary(pair => pair.First.Name, pair => pair.Second);
            weightMatrices = model.Weights.Matrices().ToDictionary(matrix => MatrixTable.NameOfWeight(matrix.Name));
        }

        /// <summary>The edited copies of weights.</summary>
        public Dictionary<Matrix, Matrix> Weights { get; } = [];

        public int? FirstBlock => first < 0 ? null : first;

        public void Add(PassEdit edit)
        {
            if (weightMatrices.TryGetValue(edit.Target, out Matrix? weight))
            {
                Require(edit, weight);
                edit.Apply(CopyOf(weight), config);
                first = Math.Min(first, BlockOfWeight(weight));
            }
            else if (passMatrices.TryGetValue(edit.Target, out TraceEntry? entry) && (entry.Block is not null || IsEmbedding(entry.Matrix)))
            {
                Require(edit, entry.Matrix);
                (int? Block, string Name) place = (entry.Block, entry.Matrix.Name);
                if (!ofPass.TryGetValue(place, out List<PassEdit>? there))
                {
                    ofPass.Add(place, there = []);
                }

                there.Add(edit);
                first = Math.Min(first, entry.Block ?? -1);
            }
            else
            {
                throw new Gpt2Exception("no matrix that can be changed")
                {
                    Where = edit.Target,
                    Expected = Invariant(
                        $"a weight such as model_wte, an embedding, or a step from h0.step1 to h{config.Layers - 1}.step{BlockStep.Count}"),
                };
            }
        }

        public override void Apply(int? block, Matrix matrix)
        {
            foreach (PassEdit edit in ofPass.GetValueOrDefault((block, matrix.Name)) ?? [])
            {
                edit.Apply(matrix, config);
            }
        }

        private void Require(PassEdit edit, Matrix matrix)
        {
            if (edit.Problem(matrix, config) is string problem)
            {
                throw new Gpt2Exception(problem) { Where = edit.Target };
            }
        }

        private Matrix CopyOf(Matrix weight)
        {
            if (!Weights.TryGetValue(weight, out Matrix? copy))
            {
                copy = new Matrix(weight.Name);
                copy.CopyFrom(weight);
                Weights.Add(weight, copy);
            }

            return copy;
        }

        private static bool IsEmbedding(Matrix matrix) => matrix.Name is "token_embeddings" or "position_embeddings";

        /// <summary>The first block that reads a weight: −1 for the embeddings before it, the number of layers for the head.</summary>
        private int BlockOfWeight(Matrix weight)
        {
            string[] parts = weight.Name.Split('/');
            return parts[0] switch
            {
                "wte" or "wpe" => -1,
                "ln_f" or "lm_head" => config.Layers,
                _ => int.Parse(parts[0].AsSpan(1), System.Globalization.CultureInfo.InvariantCulture),
            };
        }
    }
}
