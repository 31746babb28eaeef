// A text for training: token ids, divided into a part to learn from and a part to validate on.

using Gpt2.Core.Text;

namespace Gpt2.Core.Training;

/// <summary>The ids to train on and the ids to validate on.</summary>
public sealed class TrainingData
{
    /// <summary>One of this many documents is kept for validation.</summary>
    public const int ValidationEvery = 20;

    private TrainingData(int[] training, int[] validation)
    {
        Training = training;
        Validation = validation;
    }

    public int[] Training { get; }

    /// <summary>Empty if the text is too short.</summary>
    public int[] Validation { get; }

    /// <summary>
    /// Encodes and divides a text. If <c>&lt;|endoftext|&gt;</c> separates 20 documents or more, every 20th is for
    /// validation, and each ends with that token; otherwise the last 20th of the tokens is. If that is less than a
    /// window, everything is for training.
    /// </summary>
    /// <exception cref="Gpt2Exception">The text has fewer tokens than a window and its targets.</exception>
    public static TrainingData FromText(string text, Tokenizer tokenizer, int context)
    {
        int[] ids = tokenizer.Encode(text, allowSpecial: true);
        int end = tokenizer.Vocabulary.EndOfText;
        (int[] training, int[] validation) =
            ids.Count(id => id == end) >= ValidationEvery ? ByDocuments(ids, end) : ByPlace(ids);
        if (validation.Length < context + 1)
        {
            (training, validation) = (ids, []);
        }

        if (training.Length < context + 1)
        {
            throw new Gpt2Exception($"the training text has {Plural.Of(training.Length, "token")}")
            {
                Expected = $"at least {context + 1} for a window of {context}",
                Remedy = "take a longer text or a smaller --context",
            };
        }

        return new TrainingData(training, validation);
    }

    /// <summary>Uses ids that are already divided.</summary>
    public static TrainingData FromIds(int[] training, int[] validation) => new(training, validation);

    private static (int[] Training, int[] Validation) ByDocuments(int[] ids, int end)
    {
        var training = new List<int>(ids.Length);
        var validation = new List<int>(ids.Length / ValidationEvery);
        int document = 0;
        foreach (int id in ids)
        {
            (document % ValidationEvery == ValidationEvery - 1 ? validation : training).Add(id);
            document += id == end ? 1 : 0;
        }

        return ([.. training], [.. validation]);
    }

    private static (int[] Training, int[] Validation) ByPlace(int[] ids)
    {
        int split = ids.Length - (ids.Length / ValidationEvery);
        return (ids[..split], ids[split..]);
    }
}
