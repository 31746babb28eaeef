// Runs a property over generated cases from a fixed seed, so that a failure is the same failure everywhere.

using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace Gpt2.Tests.Support;

/// <summary>FsCheck with a seed of its own choice.</summary>
internal static class SeededProperty
{
    /// <summary>Throws, naming the smallest case found, unless the check passes for every case.</summary>
    public static void Holds<T>(Gen<T> cases, Action<T> check, int count = 200)
    {
        Config config = Config.QuickThrowOnFailure
            .WithMaxTest(count)
            .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(20240607, 2654435761), FSharpOption<int>.None)));
        Check.One(config, Prop.ForAll(cases.ToArbitrary(), check));
    }
}
