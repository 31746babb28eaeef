// Requests for /v1/completions: a prompt, and how it is to be completed.

using Gpt2.Cli.Http;
using static System.FormattableString;

namespace Gpt2.Cli.Serve;

/// <summary>Turns the JSON of requests for one model into <see cref="CompletionRequest"/>.</summary>
internal sealed class CompletionRequestReader(ServedModel model, ServerLimits limits)
{
    private const int StandardNewTokens = 16;
    private const int MaxAlternatives = 5;

    private readonly PromptReader prompts = new(model.Tokenizer, limits);

    /// <summary>Reads the body of a request.</summary>
    /// <exception cref="ApiException">It is not a JSON object, names another model, or a field is wrong.</exception>
    public CompletionRequest Read(ReadOnlyMemory<byte> body) => SharedFields.Open(body, model, "prompt", Read);

    private CompletionRequest Read(JsonFields fields)
    {
        if (fields.Text("suffix") is { Length: > 0 })
        {
            throw ApiException.BadValue("suffix", "a string", "none, since GPT-2 cannot write text that leads to a given end");
        }

        IReadOnlyList<ServedPrompt> given = prompts.Read(fields.Value("prompt"));
        int samples = fields.Whole("n", 1, limits.Completions) ?? 1;
        CheckCount(given.Count, samples, fields);
        int newTokens = fields.Whole("max_tokens", 0, limits.NewTokens) ?? Math.Min(StandardNewTokens, limits.NewTokens);
        return SharedFields.Read(fields, given, samples, newTokens, fields.Whole("logprobs", 0, MaxAlternatives)) with
        {
            Echo = fields.Truth("echo") ?? false,
        };
    }

    private void CheckCount(int promptCount, int samples, JsonFields fields)
    {
        if ((long)promptCount * samples > limits.Completions)
        {
            throw ApiException.BadValue(
                "n", Invariant($"{samples} for each of {promptCount} prompts"),
                Invariant($"at most {limits.Completions} completions in one request"));
        }

        if (fields.Whole("best_of", 1, int.MaxValue) is int bestOf && bestOf != samples)
        {
            throw ApiException.BadValue(
                "best_of", Invariant($"{bestOf}"),
                Invariant($"{samples}, the same as 'n', since this server returns all completions"));
        }
    }
}
