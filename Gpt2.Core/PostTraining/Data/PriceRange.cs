// The prices that there are: each is one token.

namespace Gpt2.Core.PostTraining.Data;

/// <summary>Prices in whole dollars.</summary>
internal static class PriceRange
{
    public const int Least = 1, Most = 999;
}
