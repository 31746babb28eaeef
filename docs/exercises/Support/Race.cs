// How fast one piece of code is beside another: both in turns, because a machine is faster in one moment than in the next.

using System.Diagnostics;
using System.Globalization;

namespace Exercises.Support;

public static class Race
{
    private const int Rounds = 15;

    private const double SecondsOfARun = 0.004;

    /// <summary>How many times as fast the first is as the other: the median of rounds, in each of which both run.</summary>
    public static double Ratio(Action first, Action other)
    {
        int firstCalls = CallsFor(first), otherCalls = CallsFor(other);
        double[] ratios = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            double before = Seconds(other, otherCalls), own = Seconds(first, firstCalls), after = Seconds(other, otherCalls);
            ratios[round] = (before + after) / 2 / own;
        }

        Array.Sort(ratios);
        return ratios[Rounds / 2];
    }

    public static string Text(double ratio) => ratio.ToString(ratio < 10 ? "0.0" : "0", CultureInfo.InvariantCulture) + " times";

    /// <summary>Whether the code of a type was compiled for debugging.</summary>
    public static bool IsDebugBuild(Type type) => type.Assembly.GetCustomAttributes(typeof(DebuggableAttribute), false)
        .Cast<DebuggableAttribute>().Any(attribute => attribute.IsJITOptimizerDisabled);

    /// <summary>As many calls as a run takes, after some that let the compiler finish its work.</summary>
    private static int CallsFor(Action call)
    {
        for (int calls = 1; ; calls *= 2)
        {
            if (Seconds(call, calls) * calls >= SecondsOfARun && calls > 1)
            {
                return calls;
            }
        }
    }

    /// <summary>Seconds of one call.</summary>
    private static double Seconds(Action call, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
        {
            call();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }
}
