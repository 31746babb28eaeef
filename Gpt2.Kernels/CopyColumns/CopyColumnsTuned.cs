// The Tuned rung of CopyColumns: the rows are divided among threads.

using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.CopyColumns;

internal sealed class CopyColumnsTuned(ThreadTeam team) : CopyColumnsKernel
{
    private const int Worthwhile = 16384;

    private protected override void Run(Copy copy)
    {
        int perPart = Cut.Rows(copy.Rows, copy.Columns, Worthwhile, team);
        var work = new SomeRows { Copy = copy, PerPart = perPart };
        team.Run(ref work, Cut.Parts(copy.Rows, perPart));
    }

    private ref struct SomeRows : IJob
    {
        public Copy Copy;
        public int PerPart;

        public readonly void Run(int part) => Copy.Some(part * PerPart, Math.Min(PerPart, Copy.Rows - (part * PerPart)));
    }
}
