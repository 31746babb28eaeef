// Which model an adapter was trained on. The change that an adapter makes means nothing on other weights, even if they have
// the same shapes.

using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Weights;

namespace Gpt2.Core.PostTraining;

/// <summary>A model's sizes and a hash of its weights.</summary>
/// <param name="Sizes">The sizes.</param>
/// <param name="Hash">XXH128 of names, shapes and bits of all matrices, in hexadecimal digits.</param>
public sealed record ModelFingerprint(Gpt2Config Sizes, string Hash)
{
    /// <summary>The fingerprint of weights, which are read once.</summary>
    public static ModelFingerprint Of(Gpt2Weights weights) => new(weights.Config, HashOf(weights.Matrices()));

    /// <summary>The hash of some matrices.</summary>
    internal static string HashOf(IEnumerable<Matrix> matrices)
    {
        var hash = new XxHash128();
        foreach (Matrix matrix in matrices)
        {
            hash.Append(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{matrix}\n")));
            hash.Append(MemoryMarshal.AsBytes(matrix.Span));
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>The sizes and settings in which this model is unlike another, with their values: "n_ctx 8, activation_function relu".</summary>
    internal string DifferencesFrom(ModelFingerprint other) => ModelFacts.Differences(ModelFacts.Of(Sizes), ModelFacts.Of(other.Sizes));
}
