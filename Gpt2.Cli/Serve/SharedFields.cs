// Fields that requests for completions and for chats share. Known fields must be correct, and unknown ones are ignored. Fields of
// the official API that this server does not support are refused if they would change the answer.

using System.Text.Json;
using Gpt2.Cli.Http;
using Gpt2.Core.Generation;
using static System.FormattableString;

namespace Gpt2.Cli.Serve;

/// <summary>Reads them.</summary>
internal static class SharedFields
{
    private const int MaxStops = 4;

    /// <summary>Opens the body of a request for a model.</summary>
    /// <param name="body">The body.</param>
    /// <param name="model">The model.</param>
    /// <param name="field">The field that it must have, for messages.</param>
    /// <param name="read">Reads its fields.</param>
    /// <exception cref="ApiException">It is not a JSON object, names another model, or a field is wrong.</exception>
    public static CompletionRequest Open(
        ReadOnlyMemory<byte> body, ServedModel model, string field, Func<JsonFields, CompletionRequest> read)
    {
        using JsonDocument document = JsonBody.Parse(body, field);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new ApiException(
                400, $"the body is {JsonFields.Shown(document.RootElement)}, expected a JSON object with the field '{field}'");
        }

        var fields = new JsonFields(document.RootElement);
        model.Require(fields.Text("model"));
        RefuseWhatIsNotThere(fields);
        return read(fields);
    }

    /// <summary>A request without what only one of the two kinds has.</summary>
    /// <param name="fields">The fields.</param>
    /// <param name="prompts">What is completed.</param>
    /// <param name="samples">How often.</param>
    /// <param name="newTokens">The maximum number of tokens of a completion.</param>
    /// <param name="logProbabilities">How many alternatives are reported for each token; null for no log-probabilities.</param>
    public static CompletionRequest Read(
        JsonFields fields, IReadOnlyList<ServedPrompt> prompts, int samples, int newTokens, int? logProbabilities) => new()
        {
            Prompts = prompts,
            Samples = samples,
            Sampling = Sampling(fields),
            Generation = Generation(fields, newTokens, logProbabilities ?? 0),
            LogProbabilities = logProbabilities,
            Stream = fields.Truth("stream") ?? false,
            StreamUsage = StreamUsage(fields),
        };

    private static void RefuseWhatIsNotThere(JsonFields fields)
    {
        foreach (string name in (string[])["presence_penalty", "frequency_penalty"])
        {
            if (fields.Number(name) is double penalty && penalty != 0)
            {
                throw ApiException.BadValue(name, Invariant($"{penalty}"), "0, since this server supports only repetition_penalty");
            }
        }

        if (fields.Value("logit_bias") is JsonElement bias && !(bias.ValueKind == JsonValueKind.Object && !bias.EnumerateObject().Any()))
        {
            throw ApiException.BadValue("logit_bias", JsonFields.Shown(bias), "none, since this server does not support it");
        }
    }

    private static SamplingOptions Sampling(JsonFields fields)
    {
        var standard = new SamplingOptions();
        double temperature = fields.Number("temperature") ?? standard.Temperature;
        double topP = fields.Number("top_p") ?? standard.TopP;
        double minP = fields.Number("min_p") ?? standard.MinP;
        Demand(temperature >= 0, "temperature", temperature, "at least 0, which is greedy");
        Demand(topP is > 0 and <= 1, "top_p", topP, "more than 0, and at most 1, which keeps all tokens");
        Demand(minP is >= 0 and <= 1, "min_p", minP, "from 0, which keeps all tokens, to 1");
        return new SamplingOptions
        {
            Temperature = temperature,
            TopK = fields.Whole("top_k", 0, int.MaxValue) ?? standard.TopK,
            TopP = topP,
            MinP = minP,
            Seed = fields.Seed("seed") ?? (ulong)Random.Shared.Next(), // short enough to type, and exact in every programming language
        };
    }

    private static GenerationOptions Generation(JsonFields fields, int newTokens, int alternatives)
    {
        double penalty = fields.Number("repetition_penalty") ?? 1;
        Demand(penalty > 0, "repetition_penalty", penalty, "more than 0; 1 means no penalty");
        return new GenerationOptions
        {
            MaxNewTokens = newTokens,
            RepetitionPenalty = penalty,
            NoRepeatNgram = fields.Whole("no_repeat_ngram_size", 0, int.MaxValue) ?? 0,
            Stop = Stops(fields),
            Alternatives = alternatives,
        };
    }

    private static string[] Stops(JsonFields fields)
    {
        const string Field = "stop";
        const string Expected = "a string of at least one character, or a list of up to 4 such strings";
        if (fields.Value(Field) is not JsonElement given)
        {
            return [];
        }

        if (given.ValueKind == JsonValueKind.Array && given.GetArrayLength() > MaxStops)
        {
            throw ApiException.BadValue(Field, JsonFields.Shown(given), Expected);
        }

        string[] stops = given.ValueKind == JsonValueKind.Array
            ? [.. given.EnumerateArray().Select((one, place) => JsonFields.TextOf(one, Invariant($"{Field}[{place}]"), Expected))]
            : [JsonFields.TextOf(given, Field, Expected)];
        return stops.Contains("") ? throw ApiException.BadValue(Field, "an empty string", Expected) : stops;
    }

    private static bool StreamUsage(JsonFields fields)
    {
        const string Field = "stream_options";
        if (fields.Value(Field) is not JsonElement options)
        {
            return false;
        }

        return options.ValueKind == JsonValueKind.Object
            ? new JsonFields(options).Truth("include_usage") ?? false
            : throw ApiException.BadValue(Field, JsonFields.Shown(options), "an object");
    }

    private static void Demand(bool right, string name, double found, string expected)
    {
        if (!right)
        {
            throw ApiException.BadValue(name, Invariant($"{found}"), expected);
        }
    }
}
