// The records whose JSON the lesson on neural networks reads and sends.

namespace Gpt2.Cli.Explore;

/// <summary>
/// A question of the lesson; each needs some of these. <c>Parameters</c> are c, then w, b and v of each neuron; <c>Across</c> and <c>Up</c>
/// are places in them; <c>At</c>, <c>From</c> and <c>To</c> are two numbers each.
/// </summary>
internal sealed record NetworkQuestion(
    double[]? Parameters, int? Neurons, int? Seed, double? Rate, int? Steps, int? Across, int? Up, double[]? At, double[]? From, double[]? To);

/// <summary>
/// A network, drawn: x and y of the ends of its straight pieces, the same of each neuron's line, and its mean squared errors, over the
/// points and over all x. <c>Active</c> is how many neurons are active at one or more of the points.
/// </summary>
internal sealed record NetworkBody(double[] Parameters, double[][] Curve, double[][][] Lines, double MeanError, double IntegralError, int Active);

/// <summary>The points that are learned.</summary>
internal sealed record ParabolaBody(double[][] Points);

/// <summary>The errors of the networks that interpolate, from one neuron on.</summary>
internal sealed record NetworkErrorsBody(double[] MeanErrors, double[] IntegralErrors);

/// <summary>Some steps of gradient descent: the loss after each, the network after them, and what the next step would do.</summary>
internal sealed record DescentBody(NetworkBody Network, double[] Losses, bool HasDiverged, ParameterBody[] Next);

/// <summary>A parameter, the derivative of the loss by it, the step −rate · gradient, and the value after it.</summary>
internal sealed record ParameterBody(string Name, double Value, double Gradient, double Step, double After);

/// <summary>A landscape: the losses, row by row from below, and for some levels the pieces of their contour lines.</summary>
internal sealed record LandscapeBody(int Size, double Least, double Most, float[] Losses, ContourBody[] Contours);

internal sealed record ContourBody(double Level, double[][] Pieces);

/// <summary>
/// A walk in a landscape, from the place where it begins, as across, up and loss of each place. At its end: the gradient, the same by
/// finite differences with step <c>H</c>, and whether a corner of the network is on a point, where they may differ.
/// </summary>
internal sealed record WalkBody(
    double[][] Trail, bool HasDiverged, double[] Gradient, double[] Differences, double H, bool IsAtCorner, NetworkBody Network);
