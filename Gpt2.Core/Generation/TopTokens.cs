// The best few of many tokens, found in one pass.

namespace Gpt2.Core.Generation;

/// <summary>Keeps the tokens with the largest values, largest first; of equal ones, those offered first.</summary>
/// <param name="most">Number of tokens to keep.</param>
internal sealed class TopTokens(int most)
{
    private readonly TokenAlternative[] best = new TokenAlternative[most];
    private int found;

    /// <summary>
    /// Takes a token into account. Offer them by rising id, so that of equal ones the lower id comes first.
    /// </summary>
    public void Offer(int id, double value)
    {
        if (most == 0 || (found == most && !(value > best[^1].LogProbability)))
        {
            return;
        }

        int place = found < most ? found++ : found - 1;
        for (; place > 0 && best[place - 1].LogProbability < value; place--)
        {
            best[place] = best[place - 1];
        }

        best[place] = new TokenAlternative(id, value);
    }

    /// <summary>The tokens found, best first.</summary>
    public TokenAlternative[] ToArray() => best[..found];
}
