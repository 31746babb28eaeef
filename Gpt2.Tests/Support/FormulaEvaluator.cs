// Computes formulas as they are written for people: 0.5 x (1 + erf(x / √2)). So a test can compare what a text says with what is computed.

using System.Globalization;

namespace Gpt2.Tests.Support;

/// <summary>
/// Numbers, x, + − × / and factors side by side, ³, √ and e^ before a number or parentheses, π, and erf, tanh and max.
/// </summary>
internal sealed class FormulaEvaluator
{
    private readonly string text;
    private readonly double x;
    private int at;

    private FormulaEvaluator(string text, double x)
    {
        this.text = text.Replace(" ", "", StringComparison.Ordinal);
        this.x = x;
    }

    /// <summary>What a formula is for a value of x.</summary>
    /// <exception cref="FormatException">It has something else.</exception>
    public static double ValueOf(string text, double x)
    {
        var formula = new FormulaEvaluator(text, x);
        double value = formula.Sum();
        return formula.at == formula.text.Length ? value : throw formula.Wrong();
    }

    private double Sum()
    {
        double sum = Product();
        while (true)
        {
            if (Takes("+"))
            {
                sum += Product();
            }
            else if (Takes("−"))
            {
                sum -= Product();
            }
            else
            {
                return sum;
            }
        }
    }

    private double Product()
    {
        double product = Factor();
        while (at < text.Length)
        {
            if (Takes("/"))
            {
                product /= Factor();
            }
            else if (Takes("×") || "x(√eπtm".Contains(text[at], StringComparison.Ordinal))
            {
                product *= Factor();
            }
            else
            {
                break;
            }
        }

        return product;
    }

    private double Factor()
    {
        double factor = Takes("−") ? -Factor() : Atom();
        return Takes("³") ? factor * factor * factor : factor;
    }

    private double Atom()
    {
        if (Takes("√"))
        {
            return Math.Sqrt(Atom());
        }

        if (Takes("e^"))
        {
            return Math.Exp(Atom());
        }

        if (Takes("erf("))
        {
            double z = Closed(Sum());
            return Math.Abs(z) < 2 ? Kernels.Activation.ErrorFunctionSums.Series(z)
                : Math.Sign(z) * (1 - Kernels.Activation.ErrorFunctionSums.Complement(Math.Abs(z)));
        }

        if (Takes("tanh("))
        {
            return Math.Tanh(Closed(Sum()));
        }

        if (Takes("max("))
        {
            double one = Sum();
            return Takes(",") ? Closed(Math.Max(one, Sum())) : throw Wrong();
        }

        return Takes("(") ? Closed(Sum()) : Takes("x") ? x : Takes("π") ? Math.PI : Number();
    }

    private double Number()
    {
        int begin = at;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] is '.' or 'E' || (text[at] is '−' or '+' && text[at - 1] == 'E')))
        {
            at++;
        }

        return at > begin ? double.Parse(text[begin..at].Replace('−', '-'), CultureInfo.InvariantCulture) : throw Wrong();
    }

    private double Closed(double value) => Takes(")") ? value : throw Wrong();

    private bool Takes(string part)
    {
        bool isNext = text.AsSpan(at).StartsWith(part, StringComparison.Ordinal);
        at += isNext ? part.Length : 0;
        return isNext;
    }

    private FormatException Wrong() => new($"'{text}' from '{text[at..]}' on");
}
