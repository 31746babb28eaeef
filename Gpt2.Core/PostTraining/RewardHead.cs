// A reward model's head: one number for a whole sequence, instead of the logits.

using Gpt2.Core.Numerics;
using Gpt2.Core.Training;

namespace Gpt2.Core.PostTraining;

/// <summary>reward = predicted_embedding of the last token · reward_wᵀ, without a bias.</summary>
/// <param name="weight">reward_w, [1, channels]</param>
internal sealed class RewardHead(Matrix weight)
{
    /// <summary>The name of the head's matrix.</summary>
    public const string Name = "reward_w";

    /// <summary>Its file in the folder of a reward model: one row, a number for each channel.</summary>
    public const string FileName = "reward_w.csv";

    /// <summary>reward_w, [1, channels]</summary>
    public Matrix Weight => weight;

    /// <summary>
    /// A head for the start of training: normal with variance 1 / (channels + 1) (Stiennon et al., "Learning to summarize from
    /// human feedback", appendix B.1).
    /// </summary>
    public static RewardHead Create(int channels, ulong seed)
    {
        var head = new RewardHead(new Matrix(Name, 1, channels));
        var random = new RandomGenerator(seed);
        foreach (ref float value in head.Weight.Span)
        {
            value = (float)(random.NextNormal() / Math.Sqrt(channels + 1));
        }

        return head;
    }

    /// <summary>Reads a head.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="channels">The channels of its model.</param>
    /// <exception cref="Gpt2Exception">The file is missing or has other numbers than one for each channel.</exception>
    public static RewardHead Read(string path, int channels)
    {
        var weight = new Matrix(Name, 1, channels);
        CsvMatrixFile.RequireLength(path, weight.Rows, weight.Columns);
        CsvMatrixFile.Read(path, weight);
        return new RewardHead(weight);
    }

    /// <summary>The reward of each row, summed in double precision.</summary>
    /// <param name="rows">[sequences, channels]</param>
    /// <exception cref="Gpt2Exception">A reward is not finite.</exception>
    public double[] Forward(Matrix rows)
    {
        Shape.Require(weight, 1, rows.Columns);
        var rewards = new double[rows.Rows];
        for (int row = 0; row < rewards.Length; row++)
        {
            Span<float> values = rows.Row(row);
            for (int channel = 0; channel < values.Length; channel++)
            {
                rewards[row] += (double)values[channel] * weight[0, channel];
            }

            if (!double.IsFinite(rewards[row]))
            {
                throw new Gpt2Exception($"the reward of sequence {row + 1} is not finite")
                {
                    Remedy = "the weights are broken or too large to compute with: 'gpt2 doctor' finds which",
                };
            }
        }

        return rewards;
    }

    /// <summary>Backward: rowsGradient = rewardGradient · w, and w's gradient += Σ rewardGradient · row, unless it is frozen.</summary>
    /// <param name="rows">The rows of the forward pass, [sequences, channels].</param>
    /// <param name="rewardGradient">∂loss/∂reward of each row.</param>
    /// <param name="rowsGradient">Receives [sequences, channels].</param>
    /// <param name="gradients">The gradients to add to.</param>
    public void Backward(Matrix rows, ReadOnlySpan<double> rewardGradient, Matrix rowsGradient, WeightGradients gradients)
    {
        rowsGradient.Resize(rows.Rows, rows.Columns);
        Matrix? weightGradient = gradients.Of(weight);
        for (int row = 0; row < rows.Rows; row++)
        {
            float given = (float)rewardGradient[row];
            for (int channel = 0; channel < rows.Columns; channel++)
            {
                rowsGradient[row, channel] = given * weight[0, channel];
                if (weightGradient is not null)
                {
                    weightGradient[0, channel] += given * rows[row, channel];
                }
            }
        }
    }
}
