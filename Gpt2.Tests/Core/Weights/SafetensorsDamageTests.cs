// Damaged safetensors files: refused at once, with one line and without memory for what the header claims. Random bytes
// and random edits end in an error of ours or in a model of the right shape.

using System.Text;
using FsCheck.Fluent;
using Gpt2.Core;
using Gpt2.Core.Weights;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights;

public sealed class SafetensorsDamageTests : IDisposable
{
    private const string Good = "\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]";

    private readonly TemporaryFolder folder = new();

    public SafetensorsDamageTests() => HuggingFaceFixture.Write(folder.Root, SmallModel.Random());

    private string FilePath => folder.PathOf("model.safetensors");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1ul << 60)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1ul << 63)]
    [InlineData(100_000_001ul)]
    [InlineData(58ul)]
    public void Open_HeaderLongerThanTheFile_IsRefused(ulong length)
    {
        SafetensorsFixture.WriteRaw(FilePath, $"{{\"t\":{{{Good}}}}}", [], length);

        Error().ShouldHave(
            found: $"the header is stated to have {length} bytes", expected: "at most 57", remedy: "it is cut off or not a safetensors file*",
            where: FilePath);
    }

    [Theory]
    [InlineData("", "the header is not valid JSON*")]
    [InlineData("[]", "the header is not a JSON object")]
    [InlineData("5", "the header is not a JSON object")]
    [InlineData("{\"t\":{" + Good + "}", "the header is not valid JSON*")]
    [InlineData("{\"t\":{" + Good + "}} x", "the header is not valid JSON*")]
    [InlineData("{\"t\":5}", "'t' is not a JSON object")]
    [InlineData("{\"t\":{" + Good + "},\"t\":{" + Good + "}}", "the header has 't' twice")]
    [InlineData("{\"t\":{" + Good + ",\"dtype\":\"F16\"}}", "'t' has an extra 'dtype'")]
    [InlineData("{\"t\":{" + Good + ",\"more\":1}}", "'t' has an extra 'more'")]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[2,3]}}", "'t' lacks dtype, shape or two data_offsets")]
    [InlineData("{\"t\":{\"dtype\":32,\"shape\":[2,3],\"data_offsets\":[0,24]}}", "the dtype of 't' is not a string")]
    [InlineData("{\"t\":{\"dtype\":\"F33\",\"shape\":[2,3],\"data_offsets\":[0,24]}}", "'t' has the dtype 'F33', which the format does not have")]
    [InlineData(
        "{\"t\":{\"dtype\":\"F32\",\"shape\":[2,4],\"data_offsets\":[0,24]}}",
        "'t' is [2, 4] of F32, but has 24 bytes")]
    [InlineData(
        "{\"t\":{\"dtype\":\"F64\",\"shape\":[2,3],\"data_offsets\":[0,24]}}",
        "'t' is [2, 3] of F64, but has 24 bytes")]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,24]}}", "*of F32, but has 24 bytes")]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904],\"data_offsets\":[0,24]}}", "*of F32, but has 24 bytes")]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[-2,-3],\"data_offsets\":[0,24]}}", "shape of 't' is wrong")]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[2.5,3],\"data_offsets\":[0,24]}}", "shape of 't' is wrong")]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[1e30],\"data_offsets\":[0,24]}}", "shape of 't' is wrong")]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,6],\"data_offsets\":[0,24]}}", "shape of 't' is wrong", "at most 8 *")]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":6,\"data_offsets\":[0,24]}}", "shape of 't' is wrong")]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24,48]}}", "data_offsets of 't' is wrong", "at most 2 *")]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[24,0]}}", "'t' ends at byte 0, before it begins at 24")]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,48]}}", "is cut off: 't' ends at byte 48 of 24")]
    [InlineData(
        "{\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[9223372036854775800,9223372036854775807]}}",
        "is cut off: 't' ends at byte 9223372036854775807 of 24")]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[12,24]}}", "12 bytes are between the header and 't'", "none")]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}", "the tensors end at byte 12 of 24")]
    [InlineData(
        "{\"t\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]},\"u\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[8,24]}}",
        "'u' begins at byte 8, inside 't', which ends at 16")]
    [InlineData("{\"t\":{" + Good + "},\"u\":{" + Good + "}}", "'u' begins at byte 0, inside 't', which ends at 24")]
    [InlineData("{\"__metadata__\":5,\"t\":{" + Good + "}}", "__metadata__ is not a JSON object*")]
    [InlineData("{\"__metadata__\":{\"a\":5},\"t\":{" + Good + "}}", "'a' of __metadata__ is not a string*")]
    [InlineData("{\"__metadata__\":{\"a\":\"b\",\"a\":\"b\"},\"t\":{" + Good + "}}", "'a' of __metadata__ is not a string, or appears twice")]
    [InlineData("{\"\xFF\":{" + Good + "}}", "the header *")]
    [InlineData("{\"\\ud800\":{" + Good + "}}", "the header has text that is not UTF-8")]
    [InlineData("{}", "the tensors end at byte 0 of 24")]
    public void Open_InvalidHeader_SaysWhat(string header, string found, string? expected = null)
    {
        SafetensorsFixture.WriteRaw(FilePath, header, new byte[24]);

        Error().ShouldHave(found, expected, where: FilePath);
    }

    [Fact]
    public void Open_DeepHeader_IsRefused()
    {
        SafetensorsFixture.WriteRaw(FilePath, "{\"t\":{\"dtype\":\"F32\",\"shape\":" + new string('[', 100_000), new byte[24]);

        Error().ShouldHave(found: "shape of 't' is wrong", where: FilePath);

        SafetensorsFixture.WriteRaw(FilePath, new string('[', 100_000), new byte[24]);

        Error().ShouldHave(found: "the header is not a JSON object", where: FilePath);
    }

    [Theory]
    [InlineData("", "found an empty file", "copy, convert or download the model again")]
    [InlineData("1234567", "found 7 bytes", "it is cut off or not a safetensors file: copy, convert or download the model again")]
    [InlineData(
        "version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 548105171\n", "found a Git LFS pointer in place of the file",
        "fetch the file itself: 'git lfs pull' in the clone, or download it again")]
    [InlineData(
        "\n<!DOCTYPE html><html><body>Sign in</body></html>", "found a web page saved under this name",
        "download the file itself; a page of the site, a login or an error was saved in its place")]
    public void Open_AnotherFile_SaysWhatItIs(string content, string found, string remedy)
    {
        File.WriteAllText(FilePath, content);

        Error().ShouldHave(found, expected: "a safetensors file", remedy, where: FilePath);
    }

    [Fact]
    public void Open_FileCutOff_NamesTheTensor()
    {
        byte[] bytes = File.ReadAllBytes(FilePath);
        File.WriteAllBytes(FilePath, bytes[..^5]);

        Error().ShouldHave(
            found: "is cut off: 'transformer.ln_f.bias' ends at byte *", remedy: "copy, convert or download the model again", where: FilePath);
    }

    [Theory]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}", 1ul << 60)]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[2000000000,2000000000],\"data_offsets\":[0,16000000000000000000]}}", null)]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[2000000000],\"data_offsets\":[0,8000000000]}}", null)]
    public void Open_HugeClaims_TakesLittleMemory(string header, ulong? length)
    {
        SafetensorsFixture.WriteRaw(FilePath, header, new byte[24], length);

        Error().ShouldHave(where: FilePath + "*");
    }

    [Fact]
    public void Open_RandomBytes_IsRefused() =>
        SeededProperty.Holds(Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(), bytes =>
        {
            File.WriteAllBytes(FilePath, bytes);
            Error().ShouldHave(where: FilePath + "*");
        });

    [Fact]
    public void Open_RandomHeader_IsRefused() =>
        SeededProperty.Holds(Gen.Elements("{}[]\",:0123 -.etruflansdypho_F64BI\\u".ToCharArray()).ArrayOf(), characters =>
        {
            SafetensorsFixture.WriteRaw(FilePath, "{\"" + new string(characters), new byte[24]);
            Error().ShouldHave(where: FilePath + "*");
        });

    [Fact]
    public void Open_RandomEdits_IsRefusedOrAWholeModel()
    {
        byte[] original = File.ReadAllBytes(FilePath);
        int header = Encoding.Latin1.GetString(original).LastIndexOf('}') + 1;
        SeededProperty.Holds(RandomEdits.Of(header), edits =>
        {
            File.WriteAllBytes(FilePath, RandomEdits.Apply(original, edits));
            DamagedModel.OpenAndRead(FilePath);
        }, count: 500);
    }

    /// <summary>What refuses the file, after checking that little memory was taken to find it out.</summary>
    private Gpt2Exception Error()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Gpt2Exception error = FluentActions.Invoking(() => ModelFolder.Open(folder.Root)).Should().Throw<Gpt2Exception>().Which;
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(new FileInfo(FilePath).Length + 2_000_000);
        return error;
    }
}
