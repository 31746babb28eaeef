// The policy: a network that reads the cell in which the walker is and says how probable each move should be. Forward and backward pass
// are beside each other, step by step.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.PostTraining.Maze;

/// <summary>What a forward pass computes, and the backward pass reads.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Inner">Of each hidden unit the sum that it gets.</param>
/// <param name="Hidden">Of each hidden unit what it gives.</param>
/// <param name="LogProbabilities">Of each move.</param>
/// <param name="Probabilities">Of each move; they add up to 1.</param>
internal sealed record PolicyPass(int Cell, double[] Inner, double[] Hidden, double[] LogProbabilities, double[] Probabilities)
{
    /// <summary>−Σ p ln p in nats: ln 4 = 1.386 if all moves are equally probable, 0 if one is certain.</summary>
    public double Entropy => -Probabilities.Zip(LogProbabilities).Sum(move => move.First * move.Second);

    /// <summary>The most probable move; the first of equals.</summary>
    public Move Best => (Move)Array.IndexOf(Probabilities, Probabilities.Max());
}

/// <summary>
/// π(move | cell) = softmax(relu(CellRows[cell] + HiddenBias) · MoveRows + MoveBias). A row of CellRows is what a matrix product with the
/// cell's one-hot vector would give.
/// </summary>
internal sealed class MazePolicy(PolicyWeights weights)
{
    public PolicyWeights Weights => weights;

    /// <summary>The probabilities of the moves in a cell.</summary>
    public PolicyPass Forward(int cell)
    {
        double[] inner = new double[weights.Hidden];
        double[] hidden = new double[weights.Hidden];
        for (int unit = 0; unit < hidden.Length; unit++)
        {
            inner[unit] = weights.CellRows[(cell * weights.Hidden) + unit] + weights.HiddenBias[unit];
            hidden[unit] = Math.Max(0, inner[unit]);
        }

        double[] logits = [.. weights.MoveBias];
        for (int unit = 0; unit < hidden.Length; unit++)
        {
            for (int move = 0; move < logits.Length; move++)
            {
                logits[move] += hidden[unit] * weights.MoveRows[(unit * GridWorld.Moves) + move];
            }
        }

        double largest = logits.Max();
        double[] powers = Array.ConvertAll(logits, logit => PortableMath.Exp(logit - largest));
        double sum = powers.Sum(), logOfSum = PortableMath.Log(sum);
        return new PolicyPass(
            cell, inner, hidden, Array.ConvertAll(logits, logit => logit - largest - logOfSum), Array.ConvertAll(powers, power => power / sum));
    }

    /// <summary>
    /// Adds to a gradient the derivative of factor · ln π(move | cell) + bonus · entropy. By the logit of move k, that of ln π(move) is
    /// [k = move] − π(k), and that of the entropy is −π(k) (ln π(k) + entropy).
    /// </summary>
    /// <param name="pass">The forward pass.</param>
    /// <param name="taken">The move that was taken.</param>
    /// <param name="factor">How much its log-probability counts: the advantage.</param>
    /// <param name="bonus">How much the entropy counts.</param>
    /// <param name="gradient">Receives it.</param>
    public void Backward(PolicyPass pass, Move taken, double factor, double bonus, PolicyWeights gradient)
    {
        double[] byLogits = new double[GridWorld.Moves];
        double entropy = pass.Entropy;
        for (int move = 0; move < byLogits.Length; move++)
        {
            double probability = pass.Probabilities[move], isTaken = move == (int)taken ? 1 : 0;
            byLogits[move] = (factor * (isTaken - probability)) - (bonus * probability * (pass.LogProbabilities[move] + entropy));
        }

        double[] byHidden = new double[weights.Hidden];
        for (int unit = 0; unit < byHidden.Length; unit++)
        {
            for (int move = 0; move < byLogits.Length; move++)
            {
                byHidden[unit] += byLogits[move] * weights.MoveRows[(unit * GridWorld.Moves) + move];
                gradient.MoveRows[(unit * GridWorld.Moves) + move] += byLogits[move] * pass.Hidden[unit];
            }
        }

        for (int move = 0; move < byLogits.Length; move++)
        {
            gradient.MoveBias[move] += byLogits[move];
        }

        for (int unit = 0; unit < byHidden.Length; unit++)
        {
            double byInner = pass.Inner[unit] > 0 ? byHidden[unit] : 0;
            gradient.CellRows[(pass.Cell * weights.Hidden) + unit] += byInner;
            gradient.HiddenBias[unit] += byInner;
        }
    }
}
