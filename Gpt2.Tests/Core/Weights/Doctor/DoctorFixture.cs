// A healthy small model folder to damage, and its examination.

using System.Text;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Doctor;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights.Doctor;

/// <summary>A model of 3 blocks and 6 channels with 259 tokens, in a folder of the test's own.</summary>
internal sealed class DoctorFixture : IDisposable
{
    public static readonly Gpt2Config Config = new(259, 8, 6, 3, 3);

    private readonly TemporaryFolder folder = new();

    public DoctorFixture()
    {
        Model = folder.PathOf("model");
        CsvModelFolder.Write(Model, TestModels.Random(Config, 4), new Vocabulary([new Merge(0, 1), new Merge(256, 2)]));
    }

    public string Model { get; }

    public string PathOf(string file) => Path.Combine(Model, file);

    public string Read(string file) => File.ReadAllText(PathOf(file));

    public void Write(string file, string text, Encoding? encoding = null) =>
        File.WriteAllText(PathOf(file), text, encoding ?? new UTF8Encoding(false));

    /// <summary>Changes the text of a file.</summary>
    public void Edit(string file, Func<string, string> edit) => Write(file, edit(Read(file)));

    /// <summary>Changes every cell of a file, given its row and column.</summary>
    public void EditCells(string file, Func<string, int, int, string> edit) => Write(file, string.Concat(
        Read(file).TrimEnd('\n').Split('\n')
            .Select((line, row) => string.Join(',', line.Split(',').Select((cell, column) => edit(cell, row, column))) + "\n")));

    /// <summary>Exchanges rows and columns of a file.</summary>
    public void Transpose(string file)
    {
        string[][] cells = [.. Read(file).TrimEnd('\n').Split('\n').Select(line => line.Split(','))];
        Write(file, string.Concat(Enumerable.Range(0, cells[0].Length).Select(column => string.Join(',', cells.Select(row => row[column])) + "\n")));
    }

    /// <summary>Everything that the doctor finds.</summary>
    public IReadOnlyList<Finding> All()
    {
        using var culture = new DecimalCommaCulture();
        var findings = new FindingList();
        ModelDoctor.Examine(Model, findings, null, CancellationToken.None);
        return findings.All;
    }

    /// <summary>The findings of one kind together, as a reader sees them.</summary>
    public Finding[] Grouped()
    {
        var findings = new FindingList();
        ModelDoctor.Examine(Model, findings, null, CancellationToken.None);
        return [.. findings.Grouped().Where(finding => finding.Status != FindingStatus.Ok && finding.Subject != "tensors")];
    }

    /// <summary>
    /// The loader must say what the doctor says, unless it stops at the first sign of what only the doctor finds by comparing.
    /// </summary>
    public static void LoaderShouldSay(string path, Finding finding)
    {
        bool isComparison = finding.Area == FindingArea.Sizes && finding.Found.Contains(", but ", StringComparison.Ordinal);
        bool isNaN = finding.Found.Contains("not finite", StringComparison.Ordinal);
        bool isOffer = finding.Remedy!.StartsWith("write it", StringComparison.Ordinal);
        Action load = () =>
        {
            using ModelSource source = ModelFolder.Open(path);
            source.ReadTokenizer();
            source.ReadWeights();
        };
        if (!isNaN)
        {
            Gpt2Exception error = load.Should().Throw<Gpt2Exception>().Which;
            finding.Found.Should().Match(isComparison ? "*" : "*" + error.Problem);
            finding.Remedy.Should().Be(isComparison || isOffer ? finding.Remedy : error.Remedy);
        }
    }

    /// <summary>What is not as it should be, without the line that counts the tensors.</summary>
    public Finding[] Problems() => [.. All().Where(finding => finding.Status != FindingStatus.Ok && finding.Subject != "tensors")];

    public void Dispose() => folder.Dispose();
}
