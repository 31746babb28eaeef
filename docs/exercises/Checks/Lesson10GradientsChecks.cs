// Checks of lesson 10: slopes that school mathematics knows, gradients measured by small differences, and the library's products.

using Exercises.Support;
using Gpt2.Core.Evaluation;

namespace Exercises.Checks;

public sealed class Lesson10GradientsChecks
{
    [Fact(DisplayName = "10.1 Measure a slope")]
    public void CentralDifference()
    {
        Check.Same(
            "The slope of x³ at 2, measured with h = 0.1", Lesson10Gradients.CentralDifference(x => x * x * x, 2, 0.1), 12.01,
            ("This is (f(x + h) − f(x)) / h, the slope to one side. With both sides the error is much smaller.", 12.61),
            ("The two places are 2h apart: divide by 2h.", 24.02),
            ("This has the wrong sign: right minus left.", -12.01));
        Check.Same("The slope of sin at 0", Lesson10Gradients.CentralDifference(Math.Sin, 0, 1e-4), 1);
    }

    [Fact(DisplayName = "10.2 The gradient of the loss")]
    public void CrossEntropyGradient()
    {
        float ln3 = MathF.Log(3);
        Check.Same(
            "The gradient for the logits 0 and ln 3, target 0", Lesson10Gradients.CrossEntropyGradient([0, ln3], 0), new float[] { -0.75f, 0.75f },
            ("These are the probabilities, without the −1 at the target: every token would be pushed down, the right one too.",
                new float[] { 0.25f, 0.75f }),
            ("This is the truth minus the prediction: the sign is wrong, and the loss would grow.", new float[] { 0.75f, -0.75f }));

        // The library's loss, with one logit a little larger and a little smaller.
        float[] logits = Numbers.Row(7, 1, 3);
        float Measured(int id)
        {
            const float H = 1e-2f;
            float[] up = [.. logits], down = [.. logits];
            up[id] += H;
            down[id] -= H;
            return (float)((CrossEntropy.OfToken(up, 4) - CrossEntropy.OfToken(down, 4)) / (up[id] - down[id]));
        }

        Check.Same(
            "The gradient for seven logits, compared with the measured one", Lesson10Gradients.CrossEntropyGradient([.. logits], 4),
            Enumerable.Range(0, 7).Select(Measured).ToArray(), 1e-3);
    }

    [Fact(DisplayName = "10.3 Back through a linear layer")]
    public void LinearBackward()
    {
        (float[,] input, float[,] weights, float[] bias) = Lesson10Gradients.LinearBackward(
            new float[,] { { 1, 2 }, { 3, 4 } }, new float[,] { { 1, 0, 2 }, { 0, 1, 1 } }, new float[,] { { 1, 0, 0 }, { 0, 1, 10 } });
        Check.Same("The gradient of the input", input, new float[,] { { 1, 0 }, { 20, 11 } });
        Check.Same("The gradient of the weights", weights, new float[,] { { 1, 3, 30 }, { 2, 4, 40 } });
        Check.Same(
            "The gradient of the bias", bias, new float[] { 1, 1, 10 },
            ("This is the mean over the tokens: add them up.", new float[] { 0.5f, 0.5f, 5 }));

        const int Tokens = 5, Inputs = 7, Outputs = 6;
        float[,] x = Numbers.Table(Tokens, Inputs, 2), w = Numbers.Table(Inputs, Outputs, 3), gradient = Numbers.Table(Tokens, Outputs, 4);
        (input, weights, bias) = Lesson10Gradients.LinearBackward(x, w, gradient);
        var product = Workshop.Model.Model.Kernels.MatMul;
        float[] forInput = new float[Tokens * Inputs], forWeights = new float[Inputs * Outputs], forBias = new float[Outputs];
        product.MultiplyTransposed(Numbers.Flat(gradient), Numbers.Flat(w), Outputs, Inputs, forInput);
        product.AddTransposedProduct(Numbers.Flat(x), Numbers.Flat(gradient), Inputs, Outputs, forWeights);
        product.AddColumnSums(Numbers.Flat(gradient), forBias);
        Check.Same("The gradient of a larger input", input, Numbers.Of(Tokens, Inputs, (row, column) => forInput[row * Inputs + column]));
        Check.Same("The gradient of larger weights", weights, Numbers.Of(Inputs, Outputs, (row, column) => forWeights[row * Outputs + column]));
        Check.Same("The gradient of a larger bias", bias, forBias);
    }

    [Fact(DisplayName = "10.4 A step downhill")]
    public void DescentStep()
    {
        float[] weights = [2, -1], gradients = [10, -4];
        Lesson10Gradients.DescentStep(weights, gradients, 0.1f);
        Check.Same(
            "The weights (2 −1) after a step of 0.1 against the gradient (10 −4)", weights, new float[] { 1, -0.6f },
            ("This is a step uphill: the gradient points to where the loss grows.", new float[] { 3, -1.4f }),
            ("The learning rate is missing.", new float[] { -8, 3 }),
            ("The weights have not changed: write into the array that you were given.", new float[] { 2, -1 }));
        Check.Same("The gradients, which must not change", gradients, new float[] { 10, -4 });
    }
}
