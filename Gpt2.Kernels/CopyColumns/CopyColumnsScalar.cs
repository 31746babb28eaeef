// The rung of CopyColumns for all rungs below Tuned: spans are copied by the runtime, which no rung could do better.

namespace Gpt2.Kernels.CopyColumns;

internal sealed class CopyColumnsScalar : CopyColumnsKernel
{
    private protected override void Run(Copy copy) => copy.Some(0, copy.Rows);
}
