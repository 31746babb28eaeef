// How work on many elements or rows is divided into parts for threads.

namespace Gpt2.Kernels.Tuned;

/// <summary>Sizes of parts. Only for work whose result is the same bits however it is divided.</summary>
internal static class Cut
{
    private const int PartsPerThread = 4; // so that a delayed thread leaves some of its parts to the others
    private const int Multiple = 64;      // parts begin at whole vectors if the whole does

    /// <summary>Elements per part: several parts per thread, but none smaller than is worth handing out.</summary>
    public static int Elements(int count, int worthwhile, ThreadTeam team)
    {
        int parts = PartsFor(count, worthwhile, team);
        long whole = ((((long)count + parts - 1) / parts) + Multiple - 1) / Multiple * Multiple;
        return (int)Math.Clamp(whole, Multiple, int.MaxValue);
    }

    /// <summary>Rows per part, by the same rule.</summary>
    public static int Rows(int rows, int columns, int worthwhile, ThreadTeam team)
    {
        int parts = PartsFor((long)rows * columns, worthwhile, team);
        return Math.Max(1, (int)(((long)rows + parts - 1) / parts));
    }

    /// <summary>The number of parts, the last of which may be shorter.</summary>
    public static int Parts(int count, int part) => (int)(((long)count + part - 1) / part);

    private static int PartsFor(long count, int worthwhile, ThreadTeam team) =>
        team.Threads == 1 ? 1 : (int)Math.Clamp(count / worthwhile, 1, PartsPerThread * team.Threads);
}
