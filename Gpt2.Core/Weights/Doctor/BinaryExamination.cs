// A model in binary files under examination: tensors by name, whatever the format. What each format has of its own (where sizes
// stand, which files there are, what tensors are called) is its examination's business.

using System.Globalization;
using System.Text.RegularExpressions;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.Binary;
using static System.FormattableString;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>Examines tensors that lie in binary files.</summary>
/// <param name="folder">The folder of the model.</param>
internal abstract partial class BinaryExamination(string folder) : IExaminedModel
{
    public abstract string Format { get; }

    protected string Folder => folder;

    protected FileNames Names { get; } = new(folder);

    protected FileSet Files { get; } = new();

    /// <summary>The tensors that are there, by their names in the files.</summary>
    protected Dictionary<string, StoredTensor> Tensors { get; } = [];

    /// <summary>Tensors that are known to lie in a file that cannot be read, or are damaged: what is wrong was found there.</summary>
    protected HashSet<string> Unreadable { get; } = [];

    /// <summary>Whether a file could not be read and nobody knows which tensors it holds.</summary>
    protected bool HoldsUnknown { get; set; }

    protected abstract SizeWords Words { get; }

    /// <summary>What findings call a tensor: its name in the file.</summary>
    public abstract string SubjectOf(string tensor);

    public Gpt2Config? ExamineSizes(FindingList findings)
    {
        Gpt2Config? stated = Stated(findings);
        FindTensors(findings);
        if (Tensors.Count == 0)
        {
            return stated;
        }

        SeenSizes seen = See();
        Gpt2Config? sizes = stated is null ? seen.Guess() : seen.Reconcile(stated, Words, findings);
        return sizes is null ? null : Complete(sizes, findings);
    }

    public Matrix? Read(MatrixShape expected, FindingList findings)
    {
        string subject = SubjectOf(expected.Name);
        if (!Tensors.TryGetValue(subject, out StoredTensor? tensor))
        {
            if (!HoldsUnknown && !Unreadable.Contains(subject))
            {
                findings.Wrong(
                    FindingArea.Tensors, subject, string.Create(CultureInfo.InvariantCulture, $"is missing, expected [{expected.Rows}, {expected.Columns}]"), FileRemedies.Again);
            }

            return null;
        }

        if (!tensor.Fits(expected))
        {
            string shapes = $"found {StoredTensor.Shown(tensor.Shape)}, expected {StoredTensor.Shown(tensor.Wanted(expected))}";
            (string found, string remedy) = tensor.IsExchanged(expected)
                ? ("is transposed: " + shapes, "exchange its rows and columns: PyTorch's linear layers keep them the other way round")
                : ($"{shapes}: is it of another model?", FileRemedies.Again);
            findings.Wrong(FindingArea.Tensors, subject, found, remedy);
            return null;
        }

        return ReadNumbers(tensor, expected, subject, findings);
    }

    public Tokenizer? ExamineTokenizer(Gpt2Config config, FindingList findings) =>
        TokenizerExamination.Examine(folder, Names, config, Words.File, findings);

    public void Dispose() => Files.Dispose();

    /// <summary>The sizes that the model states; null where it does not, which is then found.</summary>
    protected abstract Gpt2Config? Stated(FindingList findings);

    /// <summary>Fills <see cref="Tensors"/>, and finds files that cannot be read.</summary>
    protected abstract void FindTensors(FindingList findings);

    /// <summary>Adds to the sizes what follows from the tensors' names, and finds tensors that no matrix is made of.</summary>
    protected abstract Gpt2Config Complete(Gpt2Config sizes, FindingList findings);

    /// <summary>Does something with a file. Where its reader refuses it, that is one finding: what the file is, or else what the reader says.</summary>
    /// <returns>Whether it could be done.</returns>
    protected bool Try(string file, FindingArea area, string remedy, FindingList findings, Action<string> action)
    {
        if (Names.Find(file, area, findings) is not string path)
        {
            findings.Wrong(area, file, "is missing", FileRemedies.Again);
            return false;
        }

        try
        {
            action(path);
            return true;
        }
        catch (Gpt2Exception e)
        {
            if (FileRemedies.LooksReadable(path, area, findings, isBinary: true))
            {
                findings.Wrong(area, file, FileRemedies.Words(e, path), remedy);
            }

            return false;
        }
    }

    /// <summary>Finds a tensor that no matrix of the model is made of.</summary>
    protected static void FindUnknown(string tensor, FindingList findings) => findings.Wrong(
        FindingArea.Tensors, tensor, "is a tensor that GPT-2 does not have: a part of the model would not be computed",
        "take the weights of a GPT-2; adapters are merged into the weights before");

    private static Matrix? ReadNumbers(StoredTensor tensor, MatrixShape expected, string subject, FindingList findings)
    {
        var matrix = new Matrix(expected.Name, expected.Rows, expected.Columns);
        try
        {
            tensor.Read(matrix);
        }
        catch (Gpt2Exception e)
        {
            findings.Wrong(FindingArea.Tensors, subject, FileRemedies.Words(e, tensor.Data.Path).Replace(subject + " ", "", StringComparison.Ordinal), FileRemedies.Again);
            return null;
        }

        if (NotFiniteNumbers.In(matrix) is not NotFiniteNumbers bad)
        {
            return matrix;
        }

        string place = string.Create(CultureInfo.InvariantCulture, $"{bad.FirstName} in row {bad.Row} column {bad.Column}");
        string found = bad.Count == 1 ? $"a number is not finite, {place}" : string.Create(CultureInfo.InvariantCulture, $"{bad.Count} numbers are not finite, the first {place}");
        findings.Wrong(FindingArea.Tensors, subject, found, FileRemedies.TakeWholeWeights);
        return null;
    }

    /// <summary>The sizes that the tensors show. Blocks of which only the names are known count.</summary>
    private SeenSizes See()
    {
        int layers = Tensors.Keys.Concat(Unreadable).Select(name => Block().Match(name)).Where(match => match.Success)
            .Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) + 1).DefaultIfEmpty(0).Max();
        var widths = new List<long>();
        for (int block = 0; block < layers; block++)
        {
            widths.AddRange(((string[])["ln_1/g", "ln_1/b", "ln_2/g", "ln_2/b", "attn/c_proj/b", "mlp/c_proj/b"])
                .SelectMany(name => ShapeOf(Invariant($"h{block}/{name}"))));
        }

        widths.AddRange(((string[])["ln_f/g", "ln_f/b"]).SelectMany(ShapeOf));
        widths.AddRange(((string[])["wte", "wpe"]).SelectMany(name => ShapeOf(name).Skip(1)));
        long channels = widths.Where(width => width <= int.MaxValue).GroupBy(width => width)
            .OrderByDescending(width => width.Count()).ThenByDescending(width => width.Key).FirstOrDefault()?.Key ?? 0;
        return new SeenSizes(RowsOf("wte", channels), RowsOf("wpe", channels), (int)channels, layers);
    }

    private long[] ShapeOf(string matrix) =>
        Tensors.TryGetValue(SubjectOf(matrix), out StoredTensor? tensor) ? StoredTensor.WithoutLeadingOnes(tensor.Shape).ToArray() : [];

    /// <summary>The size of an embedding that is not its channels, also where it is transposed.</summary>
    private int? RowsOf(string matrix, long channels) => ShapeOf(matrix) switch
    {
        [long rows, long columns] when columns == channels && rows <= int.MaxValue => (int)rows,
        [long rows, long columns] when rows == channels && columns <= int.MaxValue => (int)columns,
        _ => null,
    };

    [GeneratedRegex(@"(?:^|/)h\.?([0-9]{1,3})[./]")]
    private static partial Regex Block();
}
