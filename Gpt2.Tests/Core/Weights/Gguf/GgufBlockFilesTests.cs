// Files with blocks of whole numbers, whole and damaged, as the loader and the doctor see them.

using Gpt2.Core.Model;
using Gpt2.Core.Weights.Binary;
using Gpt2.Core.Weights.Doctor;
using Gpt2.Tests.Core.Weights.Doctor;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights.Gguf;

public sealed class GgufBlockFilesTests : IDisposable
{
    private const int Q6KScale = 208; // the byte of a super-block where its scale begins

    private static readonly Gpt2Config Config = new(260, 8, 256, 4, 1);

    /// <summary>Tensors with the number of their type and the sizes of its blocks; their bytes are zeros.</summary>
    private static readonly (string Tensor, uint Type, int BlockLength, int Size)[] Types =
    [
        ("token_embd.weight", 14, 256, 210), ("blk.0.attn_qkv.weight", 10, 256, 84), ("blk.0.attn_output.weight", 11, 256, 110),
        ("blk.0.ffn_up.weight", 12, 256, 144), ("blk.0.ffn_down.weight", 13, 256, 176), ("position_embd.weight", 3, 32, 20),
        ("blk.0.attn_norm.weight", 6, 32, 22), ("output_norm.weight", 7, 32, 24),
    ];

    private readonly TemporaryFolder folder = new();

    private string FilePath => folder.PathOf("blocks.gguf");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Examine_WholeModel_NamesTheTypes()
    {
        File.WriteAllBytes(FilePath, Fixture().Bytes());

        IReadOnlyList<Finding> all = All();

        all.Should().NotContain(finding => finding.Status == FindingStatus.Wrong);
        all.Should().ContainSingle(finding => finding.Subject == "tensors").Which.Found.Should().Be(
            "all 16 exist, have the right shape, and are finite; 8 F32, 1 Q4_1, 1 Q5_0, 1 Q5_1, 1 Q2_K, 1 Q3_K, 1 Q4_K, 1 Q5_K, 1 Q6_K");
    }

    [Fact]
    public void Examine_EveryLength_SaysThatItIsCutOff()
    {
        byte[] whole = Fixture().Bytes();
        for (int length = 9000; length < whole.Length - 32; length += 20_011)
        {
            File.WriteAllBytes(FilePath, whole[..length]);

            Finding finding = All().First(finding => finding.Status == FindingStatus.Wrong);
            finding.Found.Should().MatchRegex("cut off|goes on for|items, expected at most");
            DoctorFixture.LoaderShouldSay(FilePath, finding);
        }
    }

    [Theory]
    [InlineData(0x7E00, "NaN")]
    [InlineData(0x7C00, "NaN")] // an infinity times 0
    public void Examine_ScaleThatIsNotFinite_IsFoundWithItsPlace(ushort scale, string what)
    {
        var fixture = Fixture();
        byte[] data = fixture.Tensors[0].Data;
        BitConverter.GetBytes(scale).CopyTo(data, (5 * 210) + Q6KScale);
        File.WriteAllBytes(FilePath, fixture.Bytes());

        All().Should().ContainSingle(finding => finding.Subject == "token_embd.weight" && finding.Status == FindingStatus.Wrong).Which.Found
            .Should().Be($"256 numbers are not finite, the first {what} in row 6 column 1");
    }

    [Fact]
    public void Examine_RandomDamage_IsFindings()
    {
        byte[] original = Fixture().Bytes();
        SeededProperty.Holds(RandomEdits.Of(9000), edits =>
        {
            File.WriteAllBytes(FilePath, RandomEdits.Apply(original, edits));
            All().Should().NotBeEmpty().And.OnlyContain(finding => !finding.Found.Contains('\n'));
        }, count: 40);
    }

    [Theory]
    [InlineData("Q4_1")]
    [InlineData("Q5_0")]
    [InlineData("Q5_1")]
    [InlineData("Q2_K")]
    [InlineData("Q3_K")]
    [InlineData("Q4_K")]
    [InlineData("Q5_K")]
    [InlineData("Q6_K")]
    public void Narrow_TypeThatIsOnlyRead_IsRefused(string name)
    {
        NumberType type = Enum.Parse<NumberType>(name);

        FluentActions.Invoking(() => type.Narrow(new float[256], new byte[256])).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("numbers are not written in this type*").Which.ActualValue.Should().Be(type);
    }

    private static GgufFixture Fixture()
    {
        var fixture = GgufFixture.Of(TestModels.Random(Config, 4), SmallModel.Vocabulary);
        foreach ((string name, uint type, int blockLength, int size) in Types)
        {
            fixture.Change(name, tensor => tensor with
            {
                Type = type,
                Data = new byte[(int)tensor.Sizes.Aggregate(1UL, (count, each) => count * each) / blockLength * size],
            });
        }

        return fixture;
    }

    private IReadOnlyList<Finding> All()
    {
        var findings = new FindingList();
        ModelDoctor.Examine(FilePath, findings, null, CancellationToken.None);
        return findings.All;
    }
}
