// A TensorFlow checkpoint has hparams.json, an index, and data files; the index says where in them each tensor is.

using Gpt2.Core.Model;
using Gpt2.Core.Weights.Binary;

namespace Gpt2.Core.Weights.TensorFlow;

/// <summary>A folder with a checkpoint.</summary>
/// <param name="folder">The folder.</param>
/// <param name="file">Its .index.</param>
/// <param name="pathOf">Finds the path of a file by its name; null to take exactly that name.</param>
internal sealed class CheckpointFiles(string folder, string file, Func<string, string>? pathOf) : BinaryFiles(folder, file, pathOf)
{
    private const string DataExpected = "the data of a TensorFlow checkpoint";

    private CheckpointIndex? index;
    private (MappedFile? File, Gpt2Exception? Lost)[] data = [];

    public override string Layout => "TensorFlow";

    public override IEnumerable<string>? Names => index?.Names;

    public override string NameOf(string matrix) => TensorFlowFormat.Scope + matrix;

    public override Gpt2Config ReadSizes() => HyperparametersFile.Read(PathOf(SizesFile));

    public override void FindTensors(Action<Gpt2Exception> refuse)
    {
        AllLost = Try(
            () =>
            {
                var read = new CheckpointIndex(Main);
                data = new (MappedFile?, Gpt2Exception?)[read.ReadShards()];
                index = read;
            },
            refuse);
        for (int shard = 0; shard < data.Length; shard++)
        {
            MappedFile? opened = null;
            Gpt2Exception? lost = Try(() => opened = OpenData(shard), refuse);
            data[shard] = (opened, lost);
        }
    }

    public override Gpt2Config WithVariant(Gpt2Config sizes, Action<Gpt2Exception> refuse) =>
        sizes with { QkvBias = index is null || index.Names.Any(name => name.EndsWith("/attn/c_attn/b", StringComparison.Ordinal)) };

    protected override StoredTensor? Find(string name)
    {
        if (index?.Find(name) is not CheckpointEntry entry)
        {
            return null;
        }

        (MappedFile? opened, Gpt2Exception? lost) = data.ElementAtOrDefault(entry.Shard);
        return opened is null
            ? throw lost ?? new Gpt2Exception($"is in data file {entry.Shard}")
            {
                Where = PlaceOf(name),
                Expected = $"0 to {data.Length - 1}",
                Remedy = WrongFile.Again,
            }
            : entry.Offset > opened.Length - entry.Size ? throw CutOff(opened, entry.Shard)
            : index.Tensor(name, entry, opened);
    }

    protected override IEnumerable<string> Others(Gpt2Config sizes) => index is null ? [] : CheckpointVariables.Others(index.Names, sizes);

    private MappedFile OpenData(int shard)
    {
        string path = PathOf(CheckpointIndex.DataFile(MainFile, shard, data.Length));
        MappedFile opened = Files.Open(path);
        return WrongFile.Refusal(path, DataExpected, isBinary: true) is Gpt2Exception refusal ? throw refusal : opened;
    }

    /// <summary>The error for a file is the same, whichever of its missing tensors was asked for.</summary>
    private Gpt2Exception CutOff(MappedFile opened, int shard)
    {
        string[] lost = [.. index!.Names.Order(StringComparer.Ordinal).Where(name =>
            index.Find(name) is CheckpointEntry entry && entry.Shard == shard && entry.Offset > opened.Length - entry.Size)];
        return new Gpt2Exception($"is cut off: it ends at byte {opened.Length}, before the end of {lost.Length} of its tensors, the first {lost[0]}")
        {
            Where = opened.Path,
            Remedy = WrongFile.Again,
        };
    }
}
