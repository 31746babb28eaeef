// Two lists of tokens side by side: every token once and in order, what both begin and end with paired.

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Core.Laboratory;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Laboratory;

public class TokenAlignmentTests
{
    /// <summary>Lists that often have something in common: few different tokens, and a common begin and end.</summary>
    private static readonly Gen<(int[] First, int[] Second)> Lists =
        from begin in Some
        from end in Some
        from one in Some
        from other in Some
        select (begin.Concat(one).Concat(end).ToArray(), begin.Concat(other).Concat(end).ToArray());

    private static Gen<int[]> Some => Gen.Choose(0, 4).SelectMany(count => Gen.Choose(1, 3).ArrayOf(count));

    [Fact]
    public void Of_HasEveryTokenOnceInOrder_AndPairsAsManyAsItCan() => SeededProperty.Holds(
        Lists,
        lists =>
        {
            (int[] first, int[] second) = lists;
            var alignment = TokenAlignment.Of(first, second);

            alignment.Pairs.Select(pair => pair.First).OfType<int>().Should().Equal(Enumerable.Range(0, first.Length));
            alignment.Pairs.Select(pair => pair.Second).OfType<int>().Should().Equal(Enumerable.Range(0, second.Length));
            alignment.Pairs.Count(pair => pair.IsComplete).Should().Be(Math.Min(first.Length, second.Length));
            alignment.Pairs.Should().NotContain(new TokenPair(null, null));
        });

    [Fact]
    public void Of_PrefixAndSuffix_AreTheLongestThatBothHave() => SeededProperty.Holds(
        Lists,
        lists =>
        {
            (int[] first, int[] second) = lists;
            var alignment = TokenAlignment.Of(first, second);
            int prefix = first.Zip(second).TakeWhile(pair => pair.First == pair.Second).Count();
            int suffix = first.Skip(prefix).Reverse().Zip(second.Skip(prefix).Reverse()).TakeWhile(pair => pair.First == pair.Second).Count();

            (alignment.Prefix, alignment.Suffix).Should().Be((prefix, suffix));
            TokenPair[] begin = [.. alignment.Pairs.Take(prefix)], end = [.. alignment.Pairs.Skip(alignment.Pairs.Count - suffix)];
            begin.Should().Equal(Enumerable.Range(0, prefix).Select(place => new TokenPair(place, place)));
            end.Select(pair => first[pair.First!.Value]).Should().Equal(end.Select(pair => second[pair.Second!.Value]));
            TokenPair[] middle = [.. alignment.Pairs.Skip(prefix).SkipLast(suffix)];
            middle.SkipWhile(pair => pair.IsComplete).Should().NotContain(pair => pair.IsComplete, "those without a counterpart come last");
        });

    [Fact]
    public void Of_ALongerName_LeavesTheRestWithoutACounterpart() =>
        TokenAlignment.Of([7, 1, 2, 3, 9], [7, 4, 9]).Pairs.Should().Equal(
            new TokenPair(0, 0), new TokenPair(1, 1), new TokenPair(2, null), new TokenPair(3, null), new TokenPair(4, 2));

    [Fact]
    public void Of_ARepeatedToken_IsNotCountedTwice() =>
        TokenAlignment.Of([5, 5], [5, 5, 5]).Pairs.Should().Equal(new TokenPair(0, 0), new TokenPair(1, 1), new TokenPair(null, 2));
}
