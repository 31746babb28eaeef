// Checks of lesson 15: rewards and log-probabilities that a calculator can follow.

using Exercises.Support;

namespace Exercises.Checks;

public sealed class Lesson15PreferencesChecks
{
    [Fact(DisplayName = "15.1 The loss of a pair")]
    public void PairLoss()
    {
        Check.Same(
            "The loss of the rewards 3 (chosen) and 1 (rejected)", Lesson15Preferences.PairLoss(3, 1), 0.126928,
            ("Chosen and rejected are swapped: the loss would fall when the worse answer gets the larger reward.", 2.126928),
            ("This is σ(chosen − rejected), the probability: the loss is −ln of it.", 0.880797),
            ("This has the wrong sign.", -0.126928));
        Check.Same("The loss of equal rewards", Lesson15Preferences.PairLoss(5, 5), 0.693147);
        Check.Same(
            "The loss of the rewards −500 (chosen) and 500 (rejected)", Lesson15Preferences.PairLoss(-500, 500), 1000,
            ("e^1000 is infinite. Write ln(1 + e^(−d)) as max(0, −d) + ln(1 + e^(−|d|)).", double.PositiveInfinity));
        Check.Same("The loss of the rewards 500 and −500", Lesson15Preferences.PairLoss(500, -500), 0);
    }

    [Fact(DisplayName = "15.2 Advantages of a group")]
    public void GroupAdvantages()
    {
        // Mean 5, sum of squared distances 18, sample variance 9, population variance 6.
        double[] rewards = [2, 5, 8], distances = [-3, 0, 3];
        Check.Same(
            "The advantages of the rewards 2, 5, 8",
            Lesson15Preferences.GroupAdvantages([.. rewards]), Array.ConvertAll(distances, d => d / 3.0001), 1e-6,
            ("This is the population deviation, divided by n. Advantages take the sample deviation, divided by n − 1.",
                Array.ConvertAll(distances, d => d / (Math.Sqrt(6) + 1e-4))),
            ("1e-4 is missing in the denominator.", Array.ConvertAll(distances, d => d / 3)),
            ("The deviation was not divided by.", distances),
            ("The mean was not subtracted.", Array.ConvertAll(rewards, reward => reward / 3.0001)));
        Check.Same(
            "The advantages of equal rewards", Lesson15Preferences.GroupAdvantages([4, 4, 4, 4]), new double[4],
            ("This is 0 divided by 0: add 1e-4 to the deviation.", new[] { double.NaN, double.NaN, double.NaN, double.NaN }));
    }

    [Fact(DisplayName = "15.3 How far from the model it was")]
    public void Divergence()
    {
        double[] policy = [Math.Log(0.5), Math.Log(0.2)], reference = [Math.Log(0.25), Math.Log(0.2)];
        double ln2 = Math.Log(2);
        Check.Same(
            "The divergence of 0.5 and 0.2 from 0.25 and 0.2", Lesson15Preferences.Divergence(policy, reference), 0.0965736,
            ("d has the wrong sign: it is the reference minus the policy.", (2 - ln2 - 1) / 2),
            ("This is the sum: take the mean over the tokens.", 0.193147),
            ("This is the mean of policy − reference. It is right on average, but it swings, and can be negative.", ln2 / 2),
            ("This is the mean of reference − policy, the wrong sign of another estimate.", -ln2 / 2));
        Check.Same("The divergence of a model from itself", Lesson15Preferences.Divergence(policy, policy), 0);

        // Tokens that the policy (0.7 0.3) draws, against the reference (0.5 0.5): the mean comes to Σ p · ln(p / q).
        double[] p = [0.7, 0.3];
        double mean = p.Sum(one => one * Lesson15Preferences.Divergence([Math.Log(one)], [Math.Log(0.5)]));
        Check.Same("Its mean over what the policy draws, compared with the divergence itself", mean, p.Sum(one => one * Math.Log(one / 0.5)));
    }
}
