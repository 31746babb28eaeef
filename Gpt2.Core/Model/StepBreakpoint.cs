// A breakpoint at a step, written with the step's usual name: h0.step7.

using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Gpt2.Core.Model;

/// <summary>A step of a block at which an attached debugger stops. Without a debugger it only counts.</summary>
public sealed partial class StepBreakpoint(int block, int step)
{
    public int Block => block;

    public int Step => step;

    /// <summary>Number of times the step was reached.</summary>
    public int Hits { get; private set; }

    /// <summary>Names the rows of the matrices that the debugger then shows; null to leave them without names.</summary>
    internal TokenLabels? Labels { get; init; }

    /// <summary>The same breakpoint, at which the debugger shows the tokens of the rows.</summary>
    /// <param name="shown">An id as a person reads it.</param>
    internal StepBreakpoint WithTokens(Func<int, string> shown) => new(block, step) { Labels = new TokenLabels(shown) };

    /// <summary>Parses text such as "h0.step7".</summary>
    /// <exception cref="Gpt2Exception">
    /// The text has another form, or names a step or block that does not exist.
    /// </exception>
    public static StepBreakpoint Parse(string text, Gpt2Config config)
    {
        Match match = Form().Match(text);
        if (!match.Success
            || !int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int block)
            || !int.TryParse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int step)
            || step is < 1 or > BlockStep.Count || block >= config.Layers)
        {
            throw new Gpt2Exception($"breakpoint '{text}' is not a step")
            {
                Expected = $"h0.step1 to h{config.Layers - 1}.step{BlockStep.Count}, for example h0.step7",
            };
        }

        return new StepBreakpoint(block, step);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"h{block}.step{step}");

    /// <summary>
    /// Stops the debugger if this is the step. The methods up to the step are hidden, so the debugger shows the step.
    /// </summary>
    [DebuggerHidden]
    internal void Reached(int ofBlock, int ofStep)
    {
        if (ofBlock != block || ofStep != step)
        {
            return;
        }

        Hits++;
        if (Debugger.IsAttached)
        {
            Debugger.Break();
        }
    }

    [GeneratedRegex("^h([0-9]+)\\.step([0-9]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
