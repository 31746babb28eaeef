// // The rates of the optimiser's update.

namespace Gpt2.Kernels.AdamW;

/// <summary>What an update needs besides the tensors.</summary>
/// <param name="LearningRate">η</param>
/// <param name="Beta1">Decay of the mean of gradients.</param>
/// <param name="Beta2">Decay of the mean of their squares.</param>
/// <param name="Epsilon">ε, added to the root.</param>
/// <param name="WeightDecay">λ, 0 for tensors that do not decay.</param>
/// <param name="GradientScale">The gradient is first multiplied by this: the clipping coefficient.</param>
/// <param name="Step">Number of this update, from 1.</param>
public readonly record struct AdamWSettings(
    float LearningRate, float Beta1, float Beta2, float Epsilon, float WeightDecay, float GradientScale, int Step);
