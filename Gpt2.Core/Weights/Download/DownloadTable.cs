// The names, addresses and sizes of all models are in this one table. Its sizes are used to check free space if a
// server states none, and to stop the download of a file that is far too large; otherwise what the server states
// counts.

namespace Gpt2.Core.Weights.Download;

/// <summary>
/// A model: its name for the user, its repository on the hub or the address of its archive, and the bytes to download.
/// </summary>
internal sealed record KnownModel(string Name, string Location, long Bytes);

/// <summary>The models that can be downloaded.</summary>
internal static class DownloadTable
{
    /// <summary>The hub, unless HF_ENDPOINT names another.</summary>
    public const string HubEndpoint = "https://huggingface.co";

    /// <summary>OpenAI's GPT-2 in its four sizes, float32.</summary>
    public static IReadOnlyList<KnownModel> Hub { get; } =
    [
        new("gpt2", "openai-community/gpt2", 551_000_000),
        new("gpt2-medium", "openai-community/gpt2-medium", 1_523_000_000),
        new("gpt2-large", "openai-community/gpt2-large", 3_251_000_000),
        new("gpt2-xl", "openai-community/gpt2-xl", 6_435_000_000),
    ];

    /// <summary>The files of each model on the hub, small ones first.</summary>
    public static IReadOnlyList<string> HubFiles { get; } =
        ["config.json", "vocab.json", "merges.txt", "tokenizer.json", "model.safetensors"];

    /// <summary>GPT-2 small as published by the JavaScript edition of "spreadsheets are all you need".</summary>
    public static KnownModel Csv { get; } = new(
        "gpt2",
        "https://github.com/ianand/spreadsheets-are-all-you-need/releases/download/v0.8.0-parameters/gpt2-small-csv.zip",
        500_000_000);

    /// <summary>The maximum size of a text file in bytes: many times that of GPT-2's files.</summary>
    public const long MaxTextBytes = 64_000_000;

    /// <summary>A file this many times larger than the known size is a different file, not a newer version.</summary>
    public const int FarBeyond = 2;
}
