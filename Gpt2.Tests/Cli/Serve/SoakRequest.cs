// Requests of the soak with the answers they must have, computed by the library beforehand.

using System.Text.Json;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Serve;

/// <summary>A request, whole and as a stream, and the texts that must come.</summary>
internal sealed record SoakRequest(string Json, string StreamJson, string[] Texts)
{
    private static readonly string[] Prompts =
    [
        "Mike is quick. He moves", "The capital of France is", "First name:", "Sally is", "The opposite of hot is", "é東", "1 2 3", "\n",
    ];

    /// <summary>Requests for the default model, different in everything.</summary>
    public static SoakRequest[] Make(int count)
    {
        string folder = Path.Combine(SharedData.RepositoryRoot, "weights-csv", "gpt2-workshop");
        Gpt2Weights weights = CsvModelFolder.ReadWeights(folder);
        Tokenizer tokenizer = CsvFolder.TokenizerOf(folder, weights.Config)!;
        var model = Gpt2Model.ForInference(weights, KernelSet.Create(KernelSet.FastestRung));
        var library = new TextGenerator(model, tokenizer, tokenizer.Vocabulary.EndOfText);
        return [.. Enumerable.Range(0, count).Select(number => Make(library, tokenizer, number))];
    }

    private static SoakRequest Make(TextGenerator library, Tokenizer tokenizer, int number)
    {
        string prompt = Prompts[number % Prompts.Length];
        int samples = 1 + (number % 3);
        string[] stop = number % 5 == 0 ? ["."] : [];
        var sampling = new SamplingOptions
        {
            Temperature = number % 4 == 0 ? 0 : 0.5 + (number % 7 * 0.2),
            TopK = number % 6 * 10,
            TopP = number % 3 == 0 ? 0.9 : 1,
            Seed = (ulong)number,
        };
        var options = new GenerationOptions { MaxNewTokens = 1 + (number * 7 % 30), Sampling = sampling, Stop = stop };
        string[] texts =
        [
            .. library.GenerateMany(tokenizer.Encode(prompt), samples, options).Select(tokens => string.Concat(tokens.Select(token => token.Text))),
        ];
        string Json(bool stream) => JsonSerializer.Serialize(new
        {
            model = "gpt2-workshop",
            prompt,
            n = samples,
            stop,
            max_tokens = options.MaxNewTokens,
            temperature = sampling.Temperature,
            top_k = sampling.TopK,
            top_p = sampling.TopP,
            seed = number,
            stream,
        });
        return new SoakRequest(Json(stream: false), Json(stream: true), texts);
    }
}
