// What the files of a CSV model folder say, one thing at a time.

using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;

namespace Gpt2.Tests.Support;

internal static class CsvFolder
{
    public static Gpt2Config ConfigOf(string folder)
    {
        using ModelSource source = ModelFormat.Csv.Open(folder, "hparams.json", folder);
        return source.Config;
    }

    public static Tokenizer? TokenizerOf(string folder, Gpt2Config config)
    {
        using var files = new CsvFiles(folder);
        return files.ReadTokenizer(config);
    }
}
