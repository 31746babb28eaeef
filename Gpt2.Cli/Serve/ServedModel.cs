// The model that a server has, under the name that clients ask for.

using Gpt2.Core.Model;
using Gpt2.Core.Text;

namespace Gpt2.Cli.Serve;

/// <summary>A model with text and a name.</summary>
/// <param name="Name">What <c>model</c> in a request must be.</param>
/// <param name="Model">The model.</param>
/// <param name="Tokenizer">Its tokenizer.</param>
/// <param name="Fingerprint">Names everything but request and seed that an answer depends on.</param>
internal sealed record ServedModel(string Name, Gpt2Model Model, Tokenizer Tokenizer, string Fingerprint)
{
    /// <summary>Since when it is served, in seconds of Unix time.</summary>
    public long Created { get; } = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>Throws unless a request names this model, or none.</summary>
    /// <exception cref="ApiException">It names another.</exception>
    public void Require(string? name)
    {
        if (name is not null && name != Name)
        {
            throw new ApiException(
                404, $"the model '{ClientText.Shown(name)}' does not exist here, expected '{Name}'", "model", "model_not_found");
        }
    }
}
