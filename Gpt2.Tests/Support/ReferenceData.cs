// The reference models and the values that programs other than this one computed for them: Gpt2.Tests/Reference.

namespace Gpt2.Tests.Support;

/// <summary>Where the reference values are.</summary>
public static class ReferenceData
{
    /// <summary>A file or folder of a reference model.</summary>
    /// <param name="model">tiny or odd.</param>
    /// <param name="parts">The path below the model's folder.</param>
    public static string PathOf(string model, params string[] parts) =>
        Path.Combine([SharedData.RepositoryRoot, "Gpt2.Tests", "Reference", model, .. parts]);
}
