// Tensors without numbers: no file is too short for them, so their shapes may say anything, and no sizes follow from them.

using Gpt2.Core.Weights.Doctor;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights.Doctor;

public sealed class EmptyTensorTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("wte.weight", 0, 6, "found [0, 6], expected [260, 6]")]
    [InlineData("wpe.weight", 0, 6, "found [0, 6], expected [8, 6]")]
    [InlineData("wpe.weight", 6, 0, "found [6, 0], expected [8, 6]")]
    [InlineData("wpe.weight", 0, int.MaxValue, "found [0, 2147483647], expected [8, 6]")]
    public void Examine_EmbeddingWithoutNumbers_IsTheOneFinding(string name, long rows, long columns, string found)
    {
        Write(tensor => tensor.Name.EndsWith(name, StringComparison.Ordinal) ? tensor with { Shape = [rows, columns], Bytes = [] } : tensor);

        Finding finding = Wrong().Should().ContainSingle().Subject;
        (finding.Subject, finding.Found).Should().Be((name, found));
        DoctorFixture.LoaderShouldSay(folder.Root, finding);
    }

    [Fact]
    public void Examine_NoNumbersAndAWidthThatNoModelHas_IsComparedWithTheStatedSizes()
    {
        Write(tensor => tensor with { Shape = [0, int.MaxValue], Bytes = [] });

        Wrong().Should().Contain(
            finding => finding.Subject == "h.1.attn.c_attn.weight" && finding.Found == "found [0, 2147483647], expected [6, 18]");
    }

    private void Write(Func<FixtureTensor, FixtureTensor> change)
    {
        HuggingFaceFixture.Write(folder.Root, SmallModel.Random());
        SafetensorsFixture.Write(
            folder.PathOf("model.safetensors"), [.. HuggingFaceFixture.Tensors(SmallModel.Random(), "transformer.", "F32").Select(change)]);
    }

    private IReadOnlyList<Finding> Wrong()
    {
        var findings = new FindingList();
        ModelDoctor.Examine(folder.Root, findings, null, CancellationToken.None);
        return [.. findings.All.Where(finding => finding.Status != FindingStatus.Ok && finding.Subject != "tensors")];
    }
}
