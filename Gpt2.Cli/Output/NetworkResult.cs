// The results of gpt2 network and its subcommands as JSON.

namespace Gpt2.Cli.Output;

/// <summary>
/// A network y = c + Σ v · relu(w · x + b). File is null for the parabola; the integral error is the mean over all x of [0, 2], and null for
/// a file; training is null if the network interpolates.
/// </summary>
internal sealed record NetworkResult(
    string? File, int Points, int Neurons, double C, NeuronResult[] Table, int Active, double MeanSquaredError, double? IntegralError,
    NetworkTrainingResult? Training, string? Svg);

/// <summary>The corner is null if w is 0.</summary>
internal sealed record NeuronResult(double W, double B, double V, double? Corner);

/// <summary>The steps are those that were done: fewer than asked for if training has diverged.</summary>
internal sealed record NetworkTrainingResult(ulong Seed, double LearningRate, int Steps, bool HasDiverged, StepLossResult[] Path);

internal sealed record StepLossResult(int Step, double Loss);

/// <summary>Networks of several sizes. Loss is that of gradient descent, null without it or if it has diverged.</summary>
internal sealed record NetworkSizesResult(string? File, int Points, NetworkSizeResult[] Networks);

internal sealed record NetworkSizeResult(int Neurons, int Parameters, double? IntegralError, double? MeanSquaredError, double? Loss);

/// <summary>A walk: every place, the gradient at its begin and its end, and the network where it ends.</summary>
internal sealed record DescentResult(
    string? File, string[] Parameters, double LearningRate, bool HasDiverged, PlaceResult[] Path, GradientResult[] Gradients, string? Svg);

/// <summary>A place, both parameters, the loss there and its derivatives.</summary>
internal sealed record PlaceResult(int Step, double[] At, double Loss, double[] Gradient);

/// <summary>A derivative in two ways; if a corner is on a point, they may differ.</summary>
internal sealed record GradientResult(int Step, string Parameter, double ChainRule, double Differences, bool IsAtCorner);

internal sealed record GeluResult(ActivationResult[] Points, string? Svg);

internal sealed record ActivationResult(double X, double Relu, double Gelu, float GeluTanh, double Difference, float GeluTanhSlope);
