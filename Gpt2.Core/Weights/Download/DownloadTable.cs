// The names, addresses and sizes of all models are in this one table. Its sizes are used to check free space if a
// server states none, and to stop the download of a file that is far too large; otherwise what the server states
// counts.

namespace Gpt2.Core.Weights.Download;

/// <summary>
/// A model on the Hugging Face hub: its name for the user, its repository, and the bytes of all its files.
/// </summary>
internal sealed record HubModel(string Name, string Repository, long Bytes);

/// <summary>A model as an archive of CSV files, with the approximate sizes of the archive and of its files.</summary>
internal sealed record CsvArchive(string Name, string Address, long Bytes, long UnpackedBytes);

/// <summary>The models that can be downloaded.</summary>
internal static class DownloadTable
{
    /// <summary>The hub, unless HF_ENDPOINT names another.</summary>
    public const string HubEndpoint = "https://huggingface.co";

    /// <summary>OpenAI's GPT-2 in its four sizes, float32.</summary>
    public static IReadOnlyList<HubModel> Hub { get; } =
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
    public static CsvArchive Csv { get; } = new(
        "gpt2",
        "https://github.com/ianand/spreadsheets-are-all-you-need/releases/download/v0.8.0-parameters/gpt2-small-csv.zip",
        Bytes: 500_000_000,
        UnpackedBytes: 1_600_000_000);

    /// <summary>The maximum size of a text file in bytes: many times that of GPT-2's files.</summary>
    public const long MaxTextBytes = 64_000_000;

    /// <summary>A file this many times larger than the known size is a different file, not a newer version.</summary>
    public const int FarBeyond = 2;
}
