// What is in the packages, that it does not depend on where they were made, and that a program can be written with them.

using System.Buffers.Binary;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Gpt2.Tests.Docs;

namespace Gpt2.Tests.Packages;

public sealed partial class PackageTests(PackedProjects packed) : IClassFixture<PackedProjects>
{
    /// <summary>The kind of a debug directory's custom information that holds a source file, from the specification of portable PDBs.</summary>
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    /// <summary>NuGet names and refers to these by a random number, unless it is new enough.</summary>
    private static readonly string[] Random = ["_rels/", "package/services/"];

    [SdkFact]
    public void Packages_OfTwoCopiesOfTheSources_HaveTheSameFiles()
    {
        foreach (string project in PackedProjects.Projects)
        {
            using ZipArchive one = packed.Open(project), other = packed.Open(project, copy: 1);
            ZipArchiveEntry[] files = [.. Fixed(one)];

            Fixed(other).Select(file => file.FullName).Should().Equal(files.Select(file => file.FullName));
            files.Where(file => !Bytes(file).AsSpan().SequenceEqual(Bytes(other.GetEntry(file.FullName)!))).Select(file => file.FullName)
                .Should().BeEmpty("{0} is the same wherever it is made", project);
        }

        static IEnumerable<ZipArchiveEntry> Fixed(ZipArchive package) =>
            package.Entries.Where(file => !Random.Any(start => file.FullName.StartsWith(start, StringComparison.Ordinal)));
    }

    [SdkFact]
    public void Packages_SayWhatTheyAre()
    {
        foreach (string project in PackedProjects.Projects)
        {
            using ZipArchive package = packed.Open(project);
            using Stream nuspec = package.GetEntry(project + ".nuspec")!.Open();
            var says = XDocument.Load(nuspec).Root!.Elements().Single().Elements()
                .ToDictionary(element => element.Name.LocalName, element => element.Value);

            says.Should().ContainKeys("title", "authors", "description", "tags", "copyright", "releaseNotes").And
                .Contain("id", project).And.Contain("license", "MIT").And.Contain("icon", "icon.png").And.Contain("readme", "README.md");
            says.Values.Should().NotContain("Package Description");
            byte[] icon = Bytes(package.GetEntry("icon.png")!);
            icon.AsSpan(1, 3).SequenceEqual("PNG"u8).Should().BeTrue();
            (BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(20))).Should().Be((128, 128));
            package.GetEntry("README.md").Should().NotBeNull();
        }
    }

    [SdkFact]
    public void Assemblies_HaveTheirSymbolsAndAllSourcesInThem()
    {
        (string Project, string Assembly)[] assemblies =
        [
            ("Gpt2.Kernels", "lib/net10.0/Gpt2.Kernels.dll"), ("Gpt2.Core", "lib/net10.0/Gpt2.Core.dll"),
            ("Gpt2.Cli", "tools/net10.0/any/Gpt2.Kernels.dll"), ("Gpt2.Cli", "tools/net10.0/any/Gpt2.Core.dll"),
            ("Gpt2.Cli", "tools/net10.0/any/gpt2.dll"),
        ];
        foreach ((string project, string assembly) in assemblies)
        {
            using ZipArchive package = packed.Open(project);
            using var file = new PEReader(new MemoryStream(Bytes(package.GetEntry(assembly)!)));
            DebugDirectoryEntry[] debug = [.. file.ReadDebugDirectory()];

            debug.Should().Contain(entry => entry.Type == DebugDirectoryEntryType.Reproducible);
            using MetadataReaderProvider symbols = file.ReadEmbeddedPortablePdbDebugDirectoryData(
                debug.Single(entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb));
            MetadataReader reader = symbols.GetMetadataReader();
            string[] sources = [.. reader.Documents.Select(document => reader.GetString(reader.GetDocument(document).Name))];
            sources.Should().NotBeEmpty().And.OnlyContain(source => source.StartsWith("/_/", StringComparison.Ordinal));
            reader.Documents.Where(document => !reader.GetCustomDebugInformation(document)
                    .Any(about => reader.GetGuid(reader.GetCustomDebugInformation(about).Kind) == EmbeddedSource))
                .Select(document => reader.GetString(reader.GetDocument(document).Name)).Should().BeEmpty("no address of the sources is needed");
        }
    }

    [SdkFact]
    public void Libraries_HaveTheirDocumentation_AndOnlyCoreHasTheModel()
    {
        using ZipArchive kernels = packed.Open("Gpt2.Kernels"), core = packed.Open("Gpt2.Core");

        kernels.GetEntry("lib/net10.0/Gpt2.Kernels.xml").Should().NotBeNull();
        core.GetEntry("lib/net10.0/Gpt2.Core.xml").Should().NotBeNull();
        kernels.Entries.Should().NotContain(file => file.FullName.EndsWith(".csv", StringComparison.Ordinal));
        core.Entries.Select(file => file.FullName).Should()
            .Contain("weights-csv/gpt2-workshop/hparams.json", "weights-csv/adapters/instruct/adapter.json").And
            .NotContain(name => name.StartsWith("content", StringComparison.Ordinal));
    }

    [SdkFact]
    public void Sample_WithThePackages_PrintsWhatItsPageShows()
    {
        string sample = Path.Combine(packed.Copies[0], "samples", "NextToken");
        string unpacked = SeededFolder(packed.Copies[0]);

        PackedProjects.Dotnet(
            sample, "build", "-c", "Release", "-p:RestorePackagesPath=" + unpacked, "-p:NuGetAudit=false", "-p:TreatWarningsAsErrors=true",
            "-nodeReuse:false");
        string program = Path.Combine(sample, "bin", "Release", "net10.0");
        string output = PackedProjects.Dotnet(packed.Copies[0], Path.Combine(program, "NextToken.dll"));

        string page = DocumentedCommands.Page("samples", "NextToken", "README.md");
        output.ReplaceLineEndings("\n").Should().Be(page.Split("```text\n")[1].Split("```")[0]);
        Directory.Exists(Path.Combine(unpacked, "gpt2.core")).Should().BeTrue("the sample uses the package");
        File.Exists(Path.Combine(program, "weights-csv", "adapters", "price", "adapter.json")).Should().BeTrue();
    }

    [Fact]
    public void Readmes_OfThePackages_LinkToNothingThatIsNotBesideThemOnNugetOrg()
    {
        foreach (string project in PackedProjects.Projects)
        {
            Link().Matches(DocumentedCommands.Page(project, "README.md")).Select(link => link.Groups["target"].Value)
                .Where(target => !target.StartsWith("https://", StringComparison.Ordinal)).Should().BeEmpty("of {0}", project);
        }
    }

    /// <summary>
    /// A folder of unpacked packages for the sample, with those that the libraries depend on and without any of ours, which might be older: so
    /// it needs no network, and no package that was made before is taken for the new one.
    /// </summary>
    private static string SeededFolder(string copy)
    {
        string seeded = Path.Combine(copy, "unpacked");
        string restored = Path.Combine(copy, "artifacts", "pack", "obj", "Gpt2.Core", "project.assets.json");
        using JsonDocument assets = JsonDocument.Parse(File.ReadAllText(restored));
        string[] caches = [.. assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(cache => cache.Name)];
        foreach (JsonProperty library in assets.RootElement.GetProperty("libraries").EnumerateObject())
        {
            if (library.Value.GetProperty("type").GetString() == "package")
            {
                string package = library.Value.GetProperty("path").GetString()!;
                string source = caches.Select(cache => Path.Combine(cache, package)).First(Directory.Exists);
                foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
                {
                    string target = Path.Combine(seeded, package, Path.GetRelativePath(source, file));
                    Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                    File.Copy(file, target);
                }
            }
        }

        return seeded;
    }

    private static byte[] Bytes(ZipArchiveEntry file)
    {
        using Stream stream = file.Open();
        var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
