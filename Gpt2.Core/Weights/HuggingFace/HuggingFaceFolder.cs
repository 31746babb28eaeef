// Models can be used in Python: this writes what Hugging Face's GPT2LMHeadModel and GPT2Tokenizer load.

using Gpt2.Core.Files;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.Safetensors;

namespace Gpt2.Core.Weights.HuggingFace;

/// <summary>
/// Writes config.json, model.safetensors with the names that GPT2LMHeadModel gives its tensors, and, if the model has a
/// vocabulary, vocab.json, merges.txt, tokenizer_config.json and, if it has added tokens, added_tokens.json.
/// </summary>
public static class HuggingFaceFolder
{
    public const string MergesFileName = "merges.txt";
    public const string TokenIdsFileName = "vocab.json";
    private const string TokenizerConfigFileName = "tokenizer_config.json";


    /// <summary>Writes a model; the folder appears when it is complete.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="weights">
    /// The weights. A missing attention bias is written as zeros, since GPT2LMHeadModel always has one.
    /// </param>
    /// <param name="vocabulary">The vocabulary; null for a model without text.</param>
    /// <param name="progress">Receives the share written, 0 to 1; or null.</param>
    /// <param name="cancellation">Stops between matrices.</param>
    /// <returns>The names of the files.</returns>
    /// <exception cref="Gpt2Exception">The folder cannot be written, or the vocabulary has a token twice.</exception>
    public static string[] Write(
        string folder, Gpt2Weights weights, Vocabulary? vocabulary, IProgress<double>? progress = null, CancellationToken cancellation = default) =>
        StagedFolder.Write(folder, staged => staged.Put(() =>
        {
            WriteConfig(weights.Config, vocabulary, staged.File(HuggingFaceFormat.ConfigFileName));
            if (vocabulary is not null)
            {
                VocabularyFile.Write(vocabulary, staged.File(MergesFileName));
                TokenIdsFile.Write(vocabulary, staged.File(TokenIdsFileName));
                AddedTokensFile.WriteIfAny(vocabulary, staged);
                WriteTokenizerConfig(weights.Config, staged.File(TokenizerConfigFileName));
            }

            (string, Matrix)[] tensors = [.. WithBias(weights).Select(matrix => (HuggingFaceNames.Written(matrix.Name), matrix))];
            Dictionary<string, string> metadata = new() { ["format"] = "pt" }; // without this, transformers refuses the file
            using FileStream stream = File.Create(staged.File(HuggingFaceFormat.WeightsFileName));
            SafetensorsWriter.Write(stream, tensors, metadata, progress, cancellation);
        }));

    /// <summary>Every matrix, with zeros for a missing attention bias.</summary>
    private static IEnumerable<Matrix> WithBias(Gpt2Weights weights)
    {
        Gpt2Config config = weights.Config;
        IEnumerable<Matrix> zeros = config.QkvBias
            ? []
            : Enumerable.Range(0, config.Layers).Select(block => new Matrix($"h{block}/attn/c_attn/b", 1, 3 * config.Channels));
        return weights.Matrices().Concat(zeros);
    }

    private static void WriteConfig(Gpt2Config config, Vocabulary? vocabulary, string path) => JsonFile.Write(path, writer =>
    {
        writer.WriteStartArray("architectures");
        writer.WriteStringValue("GPT2LMHeadModel");
        writer.WriteEndArray();
        writer.WriteString("model_type", "gpt2");
        writer.WriteNumber("vocab_size", config.Vocabulary);
        writer.WriteNumber("n_positions", config.Context);
        writer.WriteNumber("n_ctx", config.Context);
        writer.WriteNumber("n_embd", config.Channels);
        writer.WriteNumber("n_head", config.Heads);
        writer.WriteNumber("n_layer", config.Layers);
        ArithmeticSettings.Write(config, writer);
        writer.WriteBoolean("tie_word_embeddings", config.TiedHead);
        writer.WriteString("torch_dtype", "float32");
        foreach (string name in (string[])["bos_token_id", "eos_token_id"])
        {
            if (vocabulary is null)
            {
                writer.WriteNull(name);
            }
            else
            {
                writer.WriteNumber(name, vocabulary.EndOfText);
            }
        }
    });

    private static void WriteTokenizerConfig(Gpt2Config config, string path) => JsonFile.Write(path, writer =>
    {
        writer.WriteString("tokenizer_class", "GPT2Tokenizer");
        writer.WriteNumber("model_max_length", config.Context);
        writer.WriteBoolean("add_prefix_space", false);
        foreach (string name in (string[])["bos_token", "eos_token", "unk_token"])
        {
            writer.WriteString(name, Vocabulary.EndOfTextToken);
        }
    });
}
