// The Tuned rung of addition: the widest vectors, and threads for long spans.

using System.Runtime.InteropServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.Add;

internal sealed class AddTuned<TLanes, TVector>(ThreadTeam team) : AddKernel
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private const int Worthwhile = 16384;

    private protected override void Run(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> sum)
    {
        var formula = new SumOfRows<TLanes, TVector>
        {
            Left = ref MemoryMarshal.GetReference(left),
            Right = ref MemoryMarshal.GetReference(right),
        };
        ElementWise<TLanes, TVector>.Apply(formula, sum, Worthwhile, team);
    }
}
