// A server has one model, and clients ask for it by name.

using Gpt2.Cli.Http;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Text;

namespace Gpt2.Cli.Serve;

/// <summary>A model with text and a name.</summary>
/// <param name="Name">What <c>model</c> must be in a request.</param>
/// <param name="Model">The model.</param>
/// <param name="Tokenizer">Its tokenizer.</param>
/// <param name="Fingerprint">Identifies everything an answer depends on, other than the request and the seed.</param>
internal sealed record ServedModel(string Name, Gpt2Model Model, Tokenizer Tokenizer, string Fingerprint)
{
    /// <summary>What stands around the messages of a chat; null for a model that was not tuned with a template.</summary>
    public PromptTemplate? Template { get; init; }

    /// <summary>When serving it began, in seconds of Unix time.</summary>
    public long Created { get; } = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>Throws unless a request names this model, or none.</summary>
    /// <exception cref="ApiException">It names a different model.</exception>
    public void Require(string? name)
    {
        if (name is not null && name != Name)
        {
            throw new ApiException(
                404, $"the model '{VisibleText.Brief(name)}' does not exist here, expected '{Name}'", "model", "model_not_found");
        }
    }
}
